/** What is seen of a database from outside. */
export interface SeenDatabase {
  /** Which one, without secrets. */
  readonly name: string;
  /** Of its schema: 0 while it has none, null when it cannot be read just now. */
  readonly version: number | null;
  /** Half a sentence, where there is more to know. */
  readonly note?: string;
}
