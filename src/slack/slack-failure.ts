/** What a failed Web API request means for whoever made it. https://docs.slack.dev/reference/methods/chat.postMessage */
import { webApi } from '@slack/bolt';

export type SlackFailure =
  /** It passes by itself; `afterMs` where Slack said how long. The request may have taken effect. */
  | { readonly kind: 'passing'; readonly afterMs: number | null }
  /** The bot cannot write into that channel. */
  | { readonly kind: 'no-access'; readonly code: string }
  /** The message cannot be changed any more. */
  | { readonly kind: 'gone'; readonly code: string }
  /** An administrator must act: the token or its scopes. */
  | { readonly kind: 'refused'; readonly code: string }
  /** Slack does not take what was sent: whatever else changes, it never will. */
  | { readonly kind: 'invalid'; readonly code: string }
  /** A word of Slack's that says nothing to this version of the bot. */
  | { readonly kind: 'unknown'; readonly code: string };

const passing = new Set([
  'ratelimited',
  'rate_limited',
  'internal_error',
  'fatal_error',
  'service_unavailable',
  'request_timeout',
  'message_limit_exceeded',
]);
const noAccess = new Set([
  'not_in_channel',
  'user_not_in_channel',
  'channel_not_found',
  'is_archived',
  'restricted_action',
  'restricted_action_read_only_channel',
  'restricted_action_thread_only_channel',
]);
const gone = new Set(['message_not_found', 'cant_update_message', 'edit_window_closed', 'thread_not_found']);
const refused = new Set([
  'not_authed',
  'invalid_auth',
  'account_inactive',
  'token_revoked',
  'token_expired',
  'not_allowed_token_type',
  'missing_scope',
  'no_permission',
  'org_login_required',
  'ekm_access_denied',
  'access_denied',
  'team_access_not_granted',
  'user_removed_from_team',
  'team_disabled',
]);

const invalid = new Set([
  'invalid_blocks',
  'invalid_blocks_format',
  'invalid_arguments',
  'invalid_arg_name',
  'invalid_array_arg',
  'invalid_attachments',
  'invalid_charset',
  'invalid_form_data',
  'invalid_json',
  'invalid_metadata_format',
  'invalid_metadata_schema',
  'invalid_post_type',
  'attachment_payload_limit_exceeded',
  'block_mismatch',
  'json_not_object',
  'markdown_text_conflict',
  'metadata_must_be_sent_from_app',
  'metadata_too_large',
  'msg_blocks_too_long',
  'msg_too_long',
  'no_text',
  'too_many_attachments',
]);

/** Null for what is no answer of Slack's and no lost connection: a bug. */
export function readFailure(error: unknown): SlackFailure | null {
  if (error instanceof webApi.WebAPIRateLimitedError) {
    return { kind: 'passing', afterMs: error.retryAfter * 1000 };
  }
  if (error instanceof webApi.WebAPIPlatformError) return readCode(error.data.error);
  if (error instanceof webApi.WebAPIRequestError || error instanceof webApi.WebAPIHTTPError) {
    return { kind: 'passing', afterMs: null };
  }
  // What the client throws, as a plain Error, at a 429 without a usable Retry-After.
  if (error instanceof Error && error.message.startsWith('Retry header did not contain')) {
    return { kind: 'passing', afterMs: 30_000 };
  }
  return null;
}

function readCode(code: string): SlackFailure {
  if (passing.has(code)) return { kind: 'passing', afterMs: null };
  if (noAccess.has(code)) return { kind: 'no-access', code };
  if (gone.has(code)) return { kind: 'gone', code };
  if (refused.has(code)) return { kind: 'refused', code };
  if (invalid.has(code)) return { kind: 'invalid', code };
  // An answer that is no JSON comes as its own “code”: somebody stands between us and Slack, or Slack is ill.
  return /^[a-z_]{1,60}$/.test(code) ? { kind: 'unknown', code } : { kind: 'passing', afterMs: null };
}
