/**
 * Takes secrets out of what is about to be logged: by the name of the field that holds them, at any depth, and by
 * their shape within any text. Also cuts what is logged to a sane size, and turns errors into plain fields.
 */
const redacted = '[redacted]';
const maxDepth = 10;
const maxEntries = 200;
const maxTextLength = 10_000;
/** Of one line, roughly. */
const maxLineLength = 200_000;

// Compared without case, hyphens and underscores: response_url, responseUrl and X-Slack-Signature alike.
const secretName =
  /tokens?$|secret|password|passwd|authorization|cookie|signature|ticket$|responseurl|triggerid|apikey|privatekey|credentials$|databaseurl|connectionstring/;

const isSecretName = (name: string): boolean => secretName.test(name.toLowerCase().replace(/[-_\s]/g, ''));

// Without word boundaries, since an escape (`\\n`, `%3D`) may stand right before a secret.
// Each ends on a character that cannot be an escape's first half, so that a line of JSON stays valid JSON.
const secretShapes: readonly (readonly [RegExp, string])[] = [
  // Slack's tokens: xoxb-, xoxp-, xoxe.xoxp-, xapp-, xwfp- and the like.
  [/(xox[a-z]|xapp|xwfp)(\.xox[a-z])?-[\w.-]*[\w-]/gi, `$1-${redacted}`],
  [/(Bearer)(?:\s|\+|%20)+[\w.~+/-]+=*/gi, `$1 ${redacted}`],
  [/(Basic)(?:\s|\+|%20)+[\w+/-]{16,}=*/gi, `$1 ${redacted}`],
  // Response URLs and incoming webhooks: whoever holds one may post. The slashes may be escaped, as Slack sends them.
  [/hooks\.slack(-gov)?\.com(:\d+)?(?:(?:[\\/]|%2F)+[\w%.~-]*[\w%~-])+/gi, `hooks.slack.com/${redacted}`],
  // User name and password in an address.
  [/(:\/\/)[^\s/"'\\]*@/g, `$1${redacted}@`],
];

// A secret's name with its value, as in a form, a query or a piece of JSON that was logged as text. It starts at a
// word's start only: otherwise a long word costs quadratic time.
const namedValue =
  /(?<![\w-])([\w-]*(?:token|secret|password|passwd|ticket|authorization|cookie|signature|response_?url|trigger_?id)\\*["']?)(\s*=\s*|\\*["']\s*:\s*|:\s*(?=\\*["']))(\\*["']?)([^\s"'&,;}]+)/gi;

/** Safe on a finished line of JSON: only what looks like a secret is replaced, and the line stays valid. */
export function scrubLine(line: string): string {
  let clean = line;
  for (const [shape, replacement] of secretShapes) clean = clean.replace(shape, replacement);
  return clean;
}

/** For a text before it is serialised: also values that stand beside a secret's name. */
export function scrubText(text: string): string {
  const clean = scrubLine(text).replace(namedValue, `$1$2$3${redacted}`);
  return clean.length > maxTextLength
    ? `${clean.slice(0, maxTextLength)}… (${clean.length} characters)`
    : clean;
}

/** A plain copy that is safe to serialise. Never throws. */
export function redactFields(fields: object): Record<string, unknown> {
  const plain = toPlain(fields instanceof Error ? { err: fields } : fields, {
    parents: [],
    budget: { left: maxLineLength },
  });
  return typeof plain === 'object' && plain !== null && !Array.isArray(plain)
    ? { ...plain }
    : { value: plain };
}

interface Walk {
  readonly parents: readonly object[];
  /** Shared by the whole walk: a socket or an app that is logged by mistake reaches half of the process. */
  readonly budget: { left: number };
}

function toPlain(value: unknown, walk: Walk): unknown {
  if (walk.budget.left <= 0) return '[not shown]';
  walk.budget.left -= typeof value === 'string' ? Math.min(value.length, maxTextLength) : 10;
  if (typeof value === 'string') return scrubText(value);
  if (typeof value === 'bigint') return value.toString();
  if (typeof value === 'function' || typeof value === 'symbol') return undefined;
  if (typeof value !== 'object' || value === null) return value;
  if (walk.parents.includes(value)) return '[circular]';
  if (walk.parents.length >= maxDepth) return '[not shown]';
  try {
    return toPlainObject(value, { ...walk, parents: [...walk.parents, value] });
  } catch {
    // A getter or a toJSON that throws must cost its own value, not the line.
    return '[unreadable]';
  }
}

function toPlainObject(value: object, walk: Walk): unknown {
  if (value instanceof Error) return errorFields(value, walk);
  if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer) return `[${value.byteLength} bytes]`;
  if (value instanceof Map) return pairsToPlain([...value], walk);
  if (value instanceof Set) return listToPlain([...value], walk);
  if (Array.isArray(value)) return listToPlain(value, walk);
  if ('toJSON' in value && typeof value.toJSON === 'function') return toPlain(value.toJSON(), walk);
  return pairsToPlain(Object.entries(value), walk);
}

/** Name, message, stack and cause are not enumerable, so that JSON would lose them. */
function errorFields(error: Error, walk: Walk): Record<string, unknown> {
  const { name: _, ...own } = pairsToPlain(Object.entries(error), walk);
  return {
    type: toPlain(error.name, walk),
    message: toPlain(error.message, walk),
    ...own,
    stack: toPlain(error.stack, walk),
    ...(error.cause !== undefined && { cause: toPlain(error.cause, walk) }),
    ...(error instanceof AggregateError && { errors: toPlain(error.errors, walk) }),
  };
}

function listToPlain(items: readonly unknown[], walk: Walk): unknown[] {
  const shown = items.slice(0, maxEntries).map((item) => toPlain(item, walk));
  return items.length > maxEntries ? [...shown, `… ${items.length - maxEntries} more`] : shown;
}

function pairsToPlain(pairs: readonly (readonly [unknown, unknown])[], walk: Walk): Record<string, unknown> {
  const shown = pairs.slice(0, maxEntries).map(([key, value]): [string, unknown] => {
    const name = String(key);
    return [scrubText(name), isSecretName(name) ? mask(value) : toPlain(value, walk)];
  });
  if (pairs.length > maxEntries) shown.push(['…', `${pairs.length - maxEntries} more`]);
  return Object.fromEntries(shown);
}

/** Whether a secret was there at all is worth knowing; and flags such as `hasToken: true` stay readable. */
function mask(value: unknown): unknown {
  return value === undefined || value === null || value === '' || typeof value === 'boolean'
    ? value
    : redacted;
}
