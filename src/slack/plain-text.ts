/**
 * Turns what Slack sends as a command's text into what the person typed: with `should_escape`, users, channels and
 * links come in angle brackets, and `&`, `<`, `>` as entities.
 * https://docs.slack.dev/interactivity/implementing-slash-commands
 */
const entities: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>' };

export function toPlainText(text: string): string {
  return text
    .replace(/<([^<>]*)>/g, (_, token: string) => plainToken(token))
    .replace(/&(amp|lt|gt);/g, (_, name: string) => entities[name] ?? '');
}

function plainToken(token: string): string {
  const bar = token.indexOf('|');
  const target = bar < 0 ? token : token.slice(0, bar);
  const label = bar < 0 ? '' : token.slice(bar + 1);
  switch (target[0]) {
    case '@':
      return `@${label || target.slice(1)}`;
    case '#':
      return `#${label || target.slice(1)}`;
    case '!':
      return label || `@${target.slice(1)}`;
    default:
      return /^(mailto|tel):/.test(target) && label ? label : target;
  }
}
