import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  actions,
  clampMrkdwn,
  code,
  context,
  extendButton,
  outside,
  pauseButton,
  readActionId,
  resumeButton,
  section,
  startButton,
  stopButton,
  toMessage,
} from '../../src/slack/blocks.js';

describe('text from outside', () => {
  it('cannot mention a channel', () => {
    expect(outside('<!channel> & co')).toBe('&lt;!channel&gt; &amp; co');
  });

  it('cannot pretend to be another line', () => {
    expect(outside('Ann\n*Recording stopped*\r\n\u0007x')).toBe('Ann *Recording stopped* x');
  });

  it('cannot turn the direction of what follows', () => {
    expect(outside('a\u202eb\u2066c')).toBe('abc');
  });

  it('is cut by characters, not by halves of them', () => {
    expect(outside('😀😀😀😀', 3)).toBe('😀😀…');
  });

  it('cannot end the code that it stands in', () => {
    expect(code('a`b')).toBe("`a'b`");
    expect(code('')).toBe('`–`');
  });

  it('never holds an angle bracket or a lone surrogate', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(outside(text)).not.toMatch(/[<>\n]|\p{Surrogate}/u);
      }),
    );
  });
});

describe('finished mrkdwn', () => {
  it('is cut before a mention or an entity that would be cut in two', () => {
    expect(clampMrkdwn('12345 <@UADA> after', 10)).toBe('12345 …');
    expect(clampMrkdwn('12345 &amp; after', 10)).toBe('12345 …');
    expect(clampMrkdwn('1234567😀 after', 9)).toBe('1234567…');
  });

  it('is never empty, which Slack refuses', () => {
    expect(clampMrkdwn('', 10)).toBe('–');
  });

  it('stays as it is within the limit', () => {
    expect(clampMrkdwn('<@UADA> &amp;', 13)).toBe('<@UADA> &amp;');
  });
});

describe('blocks', () => {
  it('leave out what says nothing', () => {
    expect(section(['a', null, '', 'b']).text?.text).toBe('a\nb');
    expect(context([null, ''])).toBeNull();
    expect(actions([null])).toBeNull();
  });

  it('never hold more than Slack takes', () => {
    expect(context(Array.from({ length: 30 }, () => 'x'))?.elements).toHaveLength(10);
    expect(
      actions(Array.from({ length: 30 }, (_, index) => stopButton('job', index)))?.elements,
    ).toHaveLength(25);
    expect(
      toMessage(
        'x',
        Array.from({ length: 60 }, () => section(['x'])),
      ).blocks,
    ).toHaveLength(50);
  });

  it('leave out a button whose value Slack would refuse', () => {
    expect(actions([startButton('x'.repeat(2_001))])).toBeNull();
    expect(section(['a'], startButton(''))).not.toHaveProperty('accessory');
  });

  it('get new ids with each version, so that Slack redraws them', () => {
    const idsOf = (version: number) =>
      toMessage('x', [section(['a']), section(['b'])], version).blocks.map((b) => b.block_id);
    expect(new Set([...idsOf(1), ...idsOf(2)]).size).toBe(4);
  });
});

describe('a button’s action id', () => {
  it.each([
    [startButton('c').action_id, 'start'],
    [startButton('c', 12).action_id, 'start'],
    [stopButton('j').action_id, 'stop'],
    [stopButton('j', 0).action_id, 'stop'],
    [pauseButton('j', 3).action_id, 'pause'],
    [resumeButton('c').action_id, 'resume'],
    [extendButton('j', '+10 min').action_id, 'extend'],
    ['record_', null],
    ['record_look_again', null],
    ['xrecord_stop', null],
    ['record_stop:x', null],
    ['', null],
  ])('%j asks for %j', (actionId, wanted) => {
    expect(readActionId(actionId ?? '')).toBe(wanted);
  });
});
