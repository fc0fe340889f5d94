/** What happened, oldest first, and the rules that the bot broke. */
import type { Changes } from './changes.js';
import type { JournalEntry } from './types.js';

export interface Journal {
  readonly entries: readonly JournalEntry[];
  readonly violations: readonly string[];
  /** Adds an entry; the returned function fills in what was not known yet. */
  add<Entry extends JournalEntry>(entry: Entry): (later: Partial<Entry>) => void;
  violate(sentence: string): void;
  /** Requests to a Web API method, to `response_url`, or to `any` of them. */
  count(method: string): number;
  clear(): void;
}

export function createJournal(changes: Changes): Journal {
  const entries: JournalEntry[] = [];
  const violations: string[] = [];
  return {
    entries,
    violations,
    add<Entry extends JournalEntry>(entry: Entry) {
      const written = { ...entry };
      entries.push(written);
      changes.note();
      return (later: Partial<Entry>) => {
        Object.assign(written, later);
        changes.note();
      };
    },
    violate(sentence) {
      violations.push(sentence);
      changes.note();
    },
    count: (method) => entries.filter((entry) => requestName(entry, method)).length,
    clear() {
      entries.length = 0;
      violations.length = 0;
      changes.note();
    },
  };
}

function requestName(entry: JournalEntry, method: string): boolean {
  if (entry.kind === 'api') return method === 'any' || entry.method === method;
  return entry.kind === 'response_url' && (method === 'any' || method === 'response_url');
}
