/**
 * `after`, with every part that equals its counterpart in `before` being that counterpart itself: what has not
 * changed need not be drawn again. Both are plain JSON. Messages are told apart by `ts`, not by their place.
 */
export function share(before: unknown, after: unknown): unknown {
  if (before === after || !isObject(before) || !isObject(after)) return after;
  if (Array.isArray(before) !== Array.isArray(after)) return after;
  if (Array.isArray(before) && Array.isArray(after)) return shareList(before, after);
  const [old, shared] = [before as Plain, { ...(after as Plain) }];
  for (const key of Object.keys(shared)) shared[key] = share(old[key], shared[key]);
  const keys = Object.keys(shared);
  const isSame = keys.length === Object.keys(old).length && keys.every((key) => shared[key] === old[key]);
  return isSame ? before : shared;
}

type Plain = Record<string, unknown>;

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null;

function shareList(before: readonly unknown[], after: readonly unknown[]): readonly unknown[] {
  const byTs = new Map(before.map((item) => [tsOf(item), item]));
  const shared = after.map((item, index) => {
    const ts = tsOf(item);
    return share(ts === undefined ? before[index] : byTs.get(ts), item);
  });
  const isSame = shared.length === before.length && shared.every((item, index) => item === before[index]);
  return isSame ? before : shared;
}

const tsOf = (item: unknown): unknown => (isObject(item) ? (item as Plain)['ts'] : undefined);
