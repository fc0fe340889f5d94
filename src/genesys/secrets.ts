/** Tokens change, and a slow answer may still echo an old one. */
const keptTokens = 8;

/** As https://developer.genesys.cloud/authorization/platform-auth/use-client-credentials sends them. */
export const toBasic = (clientId: string, clientSecret: string): string =>
  Buffer.from(`${clientId}:${clientSecret}`).toString('base64');

/** Knows what must never leave this folder, and takes it out of text from outside: a proxy may echo a request. */
export class Secrets {
  readonly #credentials: readonly string[];
  #tokens: readonly string[] = [];

  constructor(clientId: string, clientSecret: string) {
    this.#credentials = clientSecret === '' ? [] : [clientSecret, toBasic(clientId, clientSecret)];
  }

  addToken(token: string): void {
    this.#tokens = [token, ...this.#tokens.filter((each) => each !== token)].slice(0, keptTokens);
  }

  hide(text: string): string {
    let hidden = text;
    for (const secret of [...this.#credentials, ...this.#tokens]) {
      const inForm = new URLSearchParams([['', secret]]).toString().slice(1);
      hidden = hidden.replaceAll(secret, '[secret]').replaceAll(inForm, '[secret]');
    }
    return hidden;
  }
}
