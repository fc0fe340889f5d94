import { webApi } from '@slack/bolt';
import { describe, expect, it } from 'vitest';
import { toAppTokenError, toBotTokenError } from '../../src/slack/token-errors.js';

const http = (status: number) => new webApi.WebAPIHTTPError(status, 'words', {});
const platform = (error: string) => new webApi.WebAPIPlatformError({ ok: false, error });

describe('a token that could not be checked', () => {
  it.each([
    [
      'too many requests',
      new webApi.WebAPIRateLimitedError(30),
      /takes no more requests/,
      /^Try again in 30 s\.$/,
    ],
    ['a Slack that is ill', http(503), /Slack failed \(status 503\)/, /slack-status\.com/],
    ['a Slack that says so', platform('internal_error'), /Slack failed when/, /slack-status\.com/],
    ['another host', http(404), /status 404\) is not one of Slack's/, /SLACK_API_URL/],
    [
      'no network',
      new webApi.WebAPIRequestError(new Error('x')),
      /could not be reached/,
      /network.*SLACK_API_URL/,
    ],
  ])('is told by whose turn it is, and waited for: %s', (_, error, message, cure) => {
    for (const toError of [toBotTokenError, toAppTokenError]) {
      expect(toError(error)).toMatchObject({
        code: 'UNAVAILABLE',
        message: expect.stringMatching(message),
        cure: expect.stringMatching(cure),
      });
    }
  });

  it('is told as refused when Slack refuses it, and a bug stays one', () => {
    expect(toBotTokenError(platform('invalid_auth'))).toMatchObject({ code: 'SLACK_REFUSED' });
    expect(toAppTokenError(platform('invalid_auth'))).toMatchObject({ code: 'SLACK_REFUSED' });
    const bug = new TypeError('x');
    expect(toBotTokenError(bug)).toBe(bug);
    expect(toAppTokenError(bug)).toBe(bug);
  });
});
