/** The version of everything that can be seen, and who wants to know of it. */
export interface Changes {
  readonly version: number;
  /** Something has changed. */
  note(): void;
  subscribe(listener: (version: number) => void): () => void;
}

export function createChanges(): Changes {
  const listeners = new Set<(version: number) => void>();
  let version = 0;
  return {
    get version() {
      return version;
    },
    note() {
      version += 1;
      for (const listener of [...listeners]) listener(version);
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
