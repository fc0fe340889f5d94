/** Which token may do what. https://docs.slack.dev/authentication/tokens */
import { Refusal } from './refusal.js';

type TokenKind = 'bot' | 'app' | 'unknown' | 'none';

export interface Access {
  readonly scopes: readonly string[];
  setScopes(scopes: readonly string[]): void;
  /** From now on the token is refused with this error; null: valid again. */
  refuse(token: 'bot' | 'app', error: string | null): void;
  kindOf(token: string | undefined): TokenKind;
  /** Throws {@link Refusal} unless the token is valid, of the right kind, and has one of the scopes (if any). */
  check(kind: TokenKind, needs: { readonly token: 'bot' | 'app'; readonly scopes: readonly string[] }): void;
  clear(): void;
}

export function createAccess(
  tokens: { readonly bot: string; readonly app: string },
  granted: readonly string[],
): Access {
  let scopes = [...granted];
  const refused: { bot: string | null; app: string | null } = { bot: null, app: null };
  return {
    get scopes() {
      return scopes;
    },
    setScopes(next) {
      scopes = [...next];
    },
    refuse(token, error) {
      refused[token] = error;
    },
    kindOf(token) {
      if (!token) return 'none';
      if (token === tokens.bot) return 'bot';
      return token === tokens.app ? 'app' : 'unknown';
    },
    check(kind, needs) {
      if (kind === 'none') throw new Refusal('not_authed');
      if (kind === 'unknown') throw new Refusal('invalid_auth');
      const error = refused[kind];
      if (error) throw new Refusal(error);
      if (kind !== needs.token) throw new Refusal('not_allowed_token_type');
      if (kind === 'bot') checkScopes(scopes, needs.scopes);
    },
    clear() {
      scopes = [...granted];
      refused.bot = null;
      refused.app = null;
    },
  };
}

function checkScopes(granted: readonly string[], needed: readonly string[]): void {
  if (needed.length === 0 || needed.some((scope) => granted.includes(scope))) return;
  throw new Refusal('missing_scope', { needed: needed.join(','), provided: granted.join(',') });
}
