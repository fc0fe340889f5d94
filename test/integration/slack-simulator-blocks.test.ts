import { describe, expect, it } from 'vitest';
import { problemsOfBlocks } from '../simulators/slack/blocks.js';
import { problemsOfView } from '../simulators/slack/view-checks.js';

const x = (length: number) => 'x'.repeat(length);
const mrkdwn = (text: string) => ({ type: 'mrkdwn', text });
const plain = (text: string) => ({ type: 'plain_text', text });
const section = (fields: object = {}) => ({ type: 'section', text: mrkdwn('a'), ...fields });
const button = (fields: object = {}) => ({ type: 'button', text: plain('Stop'), ...fields });
const actions = (...elements: unknown[]) => ({ type: 'actions', elements });
const times = <T>(count: number, make: (index: number) => T) =>
  Array.from({ length: count }, (_, n) => make(n));
const option = (n: number, fields: object = {}) => ({ text: plain(`o${n}`), value: `v${n}`, ...fields });
const menu = (fields: object) => ({ type: 'static_select', action_id: 'm', ...fields });
const confirm = (fields: object = {}) => ({ text: plain('Really?'), ...fields });
const input = (element: object) => ({ type: 'input', label: plain('L'), element });

describe('blocks that Slack takes', () => {
  it.each([
    ['50 of them', times(50, () => ({ type: 'divider' }))],
    ['a section text of 3000', [section({ text: mrkdwn(x(3000)) })]],
    ['characters, not UTF-16 units', [section({ text: mrkdwn('🔴'.repeat(3000)) })]],
    ['10 fields of 2000', [{ type: 'section', fields: times(10, () => mrkdwn(x(2000))) }]],
    ['a header of 150', [{ type: 'header', text: plain(x(150)) }]],
    ['a context of 10', [{ type: 'context', elements: times(10, () => mrkdwn('a')) }]],
    ['25 actions', [actions(...times(25, (n) => button({ action_id: `a${n}` })))]],
    ['a full button', [actions(button({ text: plain(x(75)), value: x(2000), style: 'danger' }))]],
    [
      'the same action in two blocks',
      [actions(button({ action_id: 'a' })), actions(button({ action_id: 'a' }))],
    ],
    ['100 options', [actions(menu({ options: times(100, option) }))]],
    [
      'a full confirm',
      [actions(button({ confirm: confirm({ title: plain(x(100)), text: plain(x(300)) }) }))],
    ],
    ['an accessory', [section({ accessory: button() })]],
    ['an image', [{ type: 'image', image_url: 'https://example.com/a.png', alt_text: 'a' }]],
    ['ids of 255', [actions(button({ action_id: x(255) })), { type: 'divider', block_id: x(255) }]],
    ['emoji in plain text, verbatim in mrkdwn', [section({ text: { ...mrkdwn('a'), verbatim: true } })]],
    [
      'newer blocks',
      [
        { type: 'markdown', text: '# hi' },
        { type: 'card', title: mrkdwn('a') },
      ],
    ],
  ])('%s', (_name, blocks) => {
    expect(problemsOfBlocks(blocks)).toEqual([]);
  });
});

describe('blocks that Slack refuses', () => {
  it.each([
    [
      '51 of them',
      times(51, () => ({ type: 'divider' })),
      'no more than 50 items allowed [json-pointer:/blocks]',
    ],
    ['an unknown block', [{ type: 'banner' }], 'unsupported type: banner [json-pointer:/blocks/0/type]'],
    ['a block without a type', [{ text: 'a' }], 'missing required field: type [json-pointer:/blocks/0]'],
    ['a block that is text', ['a'], 'must provide an object [json-pointer:/blocks/0]'],
    ['a section without text', [{ type: 'section' }], 'must define at least one of: text, fields'],
    ['an empty text', [section({ text: mrkdwn('') })], 'must be more than 0 characters'],
    ['a section text of 3001', [section({ text: mrkdwn(x(3001)) })], 'must be less than 3001 characters'],
    [
      '11 fields',
      [{ type: 'section', fields: times(11, () => mrkdwn('a')) }],
      'no more than 10 items allowed',
    ],
    ['a field of 2001', [{ type: 'section', fields: [mrkdwn(x(2001))] }], '/blocks/0/fields/0/text'],
    [
      'text that is a string',
      [section({ text: 'a' })],
      'must provide an object [json-pointer:/blocks/0/text]',
    ],
    ['an unknown text type', [section({ text: { type: 'html', text: 'a' } })], 'unsupported type: html'],
    [
      'an unknown property',
      [section({ colour: 'red' })],
      'invalid additional property: colour [json-pointer:/blocks/0]',
    ],
    [
      'emoji on mrkdwn',
      [section({ text: { ...mrkdwn('a'), emoji: true } })],
      'invalid additional property: emoji',
    ],
    ['a header of 151', [{ type: 'header', text: plain(x(151)) }], 'must be less than 151 characters'],
    ['a header in mrkdwn', [{ type: 'header', text: mrkdwn('a') }], 'unsupported type: mrkdwn'],
    [
      'a context of 11',
      [{ type: 'context', elements: times(11, () => mrkdwn('a')) }],
      'no more than 10 items',
    ],
    ['an empty context', [{ type: 'context', elements: [] }], 'no less than 1 items'],
    ['a button in a context', [{ type: 'context', elements: [button()] }], 'unsupported type: button'],
    ['26 actions', [actions(...times(26, (n) => button({ action_id: `a${n}` })))], 'no more than 25 items'],
    ['no actions', [actions()], 'no less than 1 items'],
    ['an unknown element', [actions({ type: 'slider' })], 'unsupported type: slider'],
    ['an input as an action', [actions({ type: 'plain_text_input' })], 'unsupported type: plain_text_input'],
    ['a button text of 76', [actions(button({ text: plain(x(76)) }))], 'must be less than 76 characters'],
    ['a button text in mrkdwn', [actions(button({ text: mrkdwn('a') }))], 'unsupported type: mrkdwn'],
    ['a button without text', [actions({ type: 'button' })], 'missing required field: text'],
    ['a button value of 2001', [actions(button({ value: x(2001) }))], 'must be less than 2001 characters'],
    ['an unknown style', [actions(button({ style: 'warning' }))], 'must be one of: primary, danger'],
    ['an action_id of 256', [actions(button({ action_id: x(256) }))], 'must be less than 256 characters'],
    ['a block_id of 256', [{ type: 'divider', block_id: x(256) }], 'must be less than 256 characters'],
    ['a link that is none', [actions(button({ url: 'nowhere' }))], 'invalid_url'],
    [
      'an action twice in a block',
      [actions(button({ action_id: 'a' }), button({ action_id: 'a' }))],
      '`action_id` a already exists',
    ],
    [
      'a block_id twice',
      [section({ block_id: 'b' }), section({ block_id: 'b' })],
      '`block_id` b already exists',
    ],
    [
      'a confirm title of 101',
      [actions(button({ confirm: confirm({ title: plain(x(101)) }) }))],
      'less than 101',
    ],
    [
      'a confirm text of 301',
      [actions(button({ confirm: confirm({ text: plain(x(301)) }) }))],
      'less than 301',
    ],
    ['101 options', [actions(menu({ options: times(101, option) }))], 'no more than 100 items'],
    ['no options', [actions(menu({}))], 'must define exactly one of: options, option_groups'],
    [
      'an option text of 76',
      [actions(menu({ options: [option(1, { text: plain(x(76)) })] }))],
      'less than 76',
    ],
    ['an option value of 76', [actions(menu({ options: [option(1, { value: x(76) })] }))], 'less than 76'],
    [
      '6 choices in an overflow',
      [actions({ type: 'overflow', options: times(6, option) })],
      'no more than 5',
    ],
    ['11 radio buttons', [actions({ type: 'radio_buttons', options: times(11, option) })], 'no more than 10'],
    ['an image without alt text', [{ type: 'image', image_url: 'https://example.com/a.png' }], 'alt_text'],
    ['a markdown of 12,001', [{ type: 'markdown', text: x(12_001) }], 'must be less than 12001 characters'],
  ])('%s', (_name, blocks, problem) => {
    expect(problemsOfBlocks(blocks).join('\n')).toContain(problem);
  });
});

describe('views', () => {
  const modal = (fields: object = {}) => ({
    type: 'modal',
    title: plain('Calls'),
    blocks: [section()],
    ...fields,
  });

  it('takes a full modal', () => {
    const blocks = times(100, () => ({ type: 'divider' }));
    const full = modal({ title: plain(x(24)), blocks, private_metadata: x(3000), callback_id: x(255) });
    expect(problemsOfView(full, 'modal')).toEqual([]);
    const asking = modal({ blocks: [input({ type: 'plain_text_input' })], submit: plain('Go') });
    expect(problemsOfView(asking, 'modal')).toEqual([]);
  });

  it.each([
    ['101 blocks', modal({ blocks: times(101, () => ({ type: 'divider' })) }), 'no more than 100 items'],
    [
      'a title of 25',
      modal({ title: plain(x(25)) }),
      'must be less than 25 characters [json-pointer:/view/title/text]',
    ],
    ['no title', { type: 'modal', blocks: [] }, 'missing required field: title'],
    ['private_metadata of 3001', modal({ private_metadata: x(3001) }), 'must be less than 3001 characters'],
    [
      'an input without submit',
      modal({ blocks: [input({ type: 'plain_text_input' })] }),
      'required field: submit',
    ],
    ['a wrong block', modal({ blocks: [{ type: 'banner' }] }), '[json-pointer:/view/blocks/0/type]'],
    ['a Home tab', { type: 'home', blocks: [] }, 'must be one of: modal'],
    ['text', 'modal', 'must provide an object'],
  ])('refuses %s', (_name, view, problem) => {
    expect(problemsOfView(view, 'modal').join('\n')).toContain(problem);
  });
});
