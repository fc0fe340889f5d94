/**
 * A command's text as Slack hands it on. `&`, `<` and `>` are always escaped; users, channels and links only
 * if the manifest says `should_escape`.
 * https://docs.slack.dev/interactivity/implementing-slash-commands#escaping
 */
import type { World } from './world.js';

const basics = (text: string) =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

export function escapeCommandText(text: string, world: World, shouldEscape: boolean): string {
  const plain = basics(text);
  if (!shouldEscape) return plain;
  return plain
    .split(/(\s+)/)
    .map((word) => escapeWord(word, world))
    .join('');
}

function escapeWord(word: string, world: World): string {
  if (/^https?:\/\/\S+$/i.test(word)) return `<${word}>`;
  if (/^(www\.)?[a-z0-9-]+\.(com|org|net|io|example)(\/\S*)?$/i.test(word)) return `<http://${word}|${word}>`;
  const [, sign, name] = /^([@#])(\S+)$/.exec(word) ?? [];
  if (sign === '#') {
    const channel = world.channels.find((one) => one.name === name);
    return channel ? `<#${channel.id}|${channel.private ? '' : channel.name}>` : word;
  }
  return sign === '@' ? escapeMention(word, name ?? '', world) : word;
}

function escapeMention(word: string, name: string, world: World): string {
  if (['channel', 'here', 'everyone'].includes(name)) return `<!${name}>`;
  const user = world.users.find((one) => one.name === name);
  if (user) return `<@${user.id}|${user.name}>`;
  const group = world.groups.find((one) => one.handle === name);
  return group ? `<!subteam^${group.id}|@${group.handle}>` : word;
}
