import { readFileSync } from 'node:fs';
import { Ajv } from 'ajv';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';

const read = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');

const manifest = read('manifest.yml');
const address = 'https://bot.example.com/slack/events';
const commentedAddress = /^(\s*)# (\w+: https:\/\/bot\.example\.com\/slack\/events)$/gm;

/** What a reader gets who follows the comment at the top of the file. */
const httpManifest = manifest
  .replace('socket_mode_enabled: true', 'socket_mode_enabled: false')
  .replace(commentedAddress, '$1$2');

describe.each(['1.0.0', '2.0.0'])(
  'manifest.yml, by version %s of the schema that Slack publishes',
  (version) => {
    const schema = JSON.parse(read(`test/fixtures/slack-manifest.schema.${version}.json`));
    // Slack's schema has notes of its own ("regex", "_note") that a strict validator would refuse.
    const validate = new Ajv({ strict: false, allErrors: true, formats: { uri: true } }).compile(schema);
    const errorsOf = (value: unknown) => (validate(value) ? [] : validate.errors);

    it('is accepted as it stands, for Socket Mode', () => {
      expect(errorsOf(parse(manifest))).toEqual([]);
    });

    it('is accepted after the changes for HTTP mode', () => {
      expect(errorsOf(parse(httpManifest))).toEqual([]);
    });

    it('would be refused with a key or a value that Slack does not know', () => {
      const value = parse(manifest);
      expect(errorsOf({ ...value, extra: true })).not.toEqual([]);
      expect(errorsOf({ ...value, settings: { ...value.settings, socket_mode_enabled: 'yes' } })).not.toEqual(
        [],
      );
      expect(errorsOf({ ...value, display_information: { name: 'x'.repeat(36) } })).not.toEqual([]);
    });
  },
);

describe('manifest.yml', () => {
  const app = parse(manifest);

  it('keeps to the lengths that Slack shows', () => {
    expect(app.display_information.name.length).toBeLessThanOrEqual(35);
    expect(app.display_information.description.length).toBeLessThanOrEqual(140);
  });

  it('has one command, whose mentions arrive as ids', () => {
    expect(app.features.slash_commands).toEqual([
      expect.objectContaining({ command: '/record', should_escape: true, usage_hint: expect.any(String) }),
    ]);
  });

  it('asks for the fewest scopes, each with its reason in the line above', () => {
    expect(app.oauth_config.scopes).toEqual({ bot: ['commands', 'chat:write', 'usergroups:read'] });
    const lines = manifest.split('\n');
    for (const scope of app.oauth_config.scopes.bot) {
      expect(lines[lines.findIndex((line) => line.trim() === `- ${scope}`) - 1]).toMatch(/^\s+# .+\.$/);
    }
  });

  it('enables buttons, and Socket Mode without any address', () => {
    expect(app.settings).toMatchObject({ interactivity: { is_enabled: true }, socket_mode_enabled: true });
    expect(JSON.stringify(app)).not.toContain('http');
  });

  it('has exactly three addresses to uncomment for HTTP mode', () => {
    expect(manifest.match(commentedAddress)).toHaveLength(3);
    const http = parse(httpManifest);
    expect(http.settings.socket_mode_enabled).toBe(false);
    expect(http.features.slash_commands[0].url).toBe(address);
    expect(http.settings.interactivity).toEqual({
      is_enabled: true,
      request_url: address,
      message_menu_options_url: address,
    });
  });
});
