import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { toPlainText } from '../../src/slack/plain-text.js';

describe('the text of a command', () => {
  it.each([
    ['stop 1 asked by <@U1|bob>', 'stop 1 asked by @bob'],
    ['see <#C1|ops> and <#C2>', 'see #ops and #C2'],
    ['<!channel> <!here|here>', '@channel here'],
    ['<!subteam^S1|@leads>', '@leads'],
    ['<https://apps.mypurecloud.com/x?a=1&amp;b=2|the call>', 'https://apps.mypurecloud.com/x?a=1&b=2'],
    ['<mailto:ann@example.com|ann@example.com>', 'ann@example.com'],
    ['a &lt;b&gt; &amp;amp; c', 'a <b> &amp; c'],
    ['nothing special', 'nothing special'],
  ])('%j is read as %j', (sent, typed) => {
    expect(toPlainText(sent)).toBe(typed);
  });

  it('comes back as it was typed, whatever it holds', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (typed) => {
        const sent = typed.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
        expect(toPlainText(sent)).toBe(typed);
      }),
    );
  });
});
