/** Tokens change, and a slow answer may still echo an old one. */
const keptTokens = 8;

/** Knows what must never leave this folder, and takes it out of text from outside: a proxy may echo a request. */
export class Secrets {
  readonly #clientSecret: string;
  #tokens: readonly string[] = [];

  constructor(clientSecret: string) {
    this.#clientSecret = clientSecret;
  }

  addToken(token: string): void {
    this.#tokens = [token, ...this.#tokens.filter((each) => each !== token)].slice(0, keptTokens);
  }

  hide(text: string): string {
    let hidden = text;
    for (const secret of [this.#clientSecret, ...this.#tokens]) {
      if (secret === '') continue;
      const inForm = new URLSearchParams([['', secret]]).toString().slice(1);
      hidden = hidden.replaceAll(secret, '[secret]').replaceAll(inForm, '[secret]');
    }
    return hidden;
  }
}
