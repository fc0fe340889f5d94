import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Longest first: at the end two workers would wait for the third. By size, as Vitest does it, a long run in a short file comes last. */
class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId }: TestSpecification) =>
      ['/e2e/chaos', '/e2e/', '/integration/'].findIndex((part) => moduleId.includes(part)) >>> 0;
    return (await super.sort(files)).sort((one, other) => rank(one) - rank(other));
  }
}

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    testTimeout: 30_000,
    hookTimeout: 30_000,
    // Most of the time is spent waiting for sockets, processes and timers, not computing.
    maxWorkers: 4,
    sequence: { sequencer: LongestFirst },
    coverage: {
      provider: 'v8',
      include: ['src/**/*.ts'],
      // These run only as processes of their own: the end-to-end tests start the built ones.
      exclude: ['src/main.ts', 'src/doctor.ts'],
      reporter: ['text', 'html'],
      thresholds: {
        lines: 95,
        'src/core/**': { lines: 100 },
        'src/genesys/token-cache.ts': { lines: 100 },
        'src/genesys/retry.ts': { lines: 100 },
      },
    },
  },
});
