import type { Listing } from '../core/model.js';
import type { Logger } from '../core/ports.js';
import type { Page } from './schema.js';

export interface PagesOptions<T> {
  /** Its name in the log. */
  readonly operation: string;
  readonly logger: Logger;
  /** Asks for one page, from 1 on. */
  readonly ask: (pageNumber: number) => Promise<Page>;
  readonly read: (entity: unknown) => T | 'unreadable' | 'finished';
  readonly idOf: (item: T) => string;
}

/** The most that Genesys gives per page. */
const pageSize = 100;
/** 5,000 entries; more simultaneous calls than any organisation that fits 300 requests a minute. */
export const maxPages = 50;

/**
 * Reads all pages. The listing is `complete` only if nothing speaks against it: every entry understood, the bound
 * not met, and as many entries as Genesys counted, with a count that stood still while the pages were read (an
 * entry that ends in between moves the others forward, and one of them falls between two pages).
 */
export async function readAllPages<T>(options: PagesOptions<T>): Promise<Listing<T>> {
  const items = new Map<string, T>();
  const doubts = new Set<string>();
  let entries = 0;
  let last: Page | undefined;
  for (let pageNumber = 1; pageNumber <= maxPages; pageNumber += 1) {
    const page = await options.ask(pageNumber);
    for (const doubt of [...collect(page.entities, options, items), ...compare(page, last)])
      doubts.add(doubt);
    if (page.truncated) doubts.add('Genesys shows a part of it only');
    entries += page.entities.length;
    last = page;
    if (isLast(page, pageNumber) || doubts.has(repeated)) break;
    if (pageNumber === maxPages) doubts.add(`there are more than ${maxPages} pages`);
  }
  if (entries < (last?.total ?? 0)) doubts.add('there are fewer entries than Genesys counts');
  report(options, items.size, doubts);
  return { items: [...items.values()], complete: doubts.size === 0 };
}

const repeated = 'a page repeats the one before';

function compare(page: Page, last: Page | undefined): string[] {
  if (last === undefined) return [];
  const doubts = page.total === last.total ? [] : ['the listing changed while it was read'];
  const same = page.entities.length > 0 && JSON.stringify(page.entities) === JSON.stringify(last.entities);
  return same ? [...doubts, repeated] : doubts;
}

function collect<T>(
  entities: readonly unknown[],
  { read, idOf }: PagesOptions<T>,
  items: Map<string, T>,
): string[] {
  const doubts: string[] = [];
  for (const entity of entities) {
    const item = read(entity);
    if (item === 'unreadable') doubts.push('an entry has no usable id');
    else if (item !== 'finished') items.set(idOf(item), item);
  }
  return doubts;
}

function isLast({ entities, groups = 0, pageCount }: Page, pageNumber: number): boolean {
  const counted = Math.max(entities.length, groups);
  if (counted === 0) return true;
  return pageCount === undefined || pageCount === 0 ? counted < pageSize : pageNumber >= pageCount;
}

function report<T>({ logger, operation }: PagesOptions<T>, count: number, doubts: ReadonlySet<string>): void {
  if (doubts.size === 0) return;
  logger.warn({ operation, count, reasons: [...doubts] }, 'A listing from Genesys may be incomplete');
}

export const toPageQuery = (pageNumber: number, filter: Readonly<Record<string, string>> = {}): string =>
  new URLSearchParams({ ...filter, pageSize: `${pageSize}`, pageNumber: `${pageNumber}` }).toString();
