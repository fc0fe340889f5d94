import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { settings } from '../../src/config.js';

const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8');
/** The row of a table that begins with that code. */
const rowOf = (name: string) => readme.split('\n').find((line) => line.startsWith(`| \`${name}\` |`));

describe('the README', () => {
  it.each(settings.map((setting) => [setting.name, setting.default] as const))(
    'explains %s with its default',
    (name, standard) => {
      const row = rowOf(name);
      expect(row).toBeDefined();
      if (standard !== null) expect(row).toContain(standard);
    },
  );

  it.each(['start', 'stop', 'status', 'list', 'calls', 'help'])('shows an example of /record %s', (name) => {
    expect(readme).toMatch(new RegExp(`\\| \`/record ${name}[^|]*\` \\| \`/record ${name}`));
  });

  it.each(['recording:job:control', 'recording:job:view', 'conversation:phone:view'])(
    'names the permission %s',
    (permission) => {
      expect(rowOf(permission) ?? readme).toContain(permission);
    },
  );

  it.each(['403', '404', '409', '429', 'no call alerts', 'the card is not updated'])(
    'helps with %s',
    (symptom) => {
      const troubleshooting = readme.slice(readme.indexOf('## Troubleshooting'));
      expect(troubleshooting).toContain(symptom);
    },
  );
});
