import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    testTimeout: 30_000,
    hookTimeout: 30_000,
    // Most of the time is spent waiting for sockets, processes and timers, not computing.
    maxWorkers: 3,
    coverage: {
      provider: 'v8',
      include: ['src/**/*.ts'],
      // main.ts runs only as a process of its own: the end-to-end tests start the built one.
      exclude: ['src/main.ts'],
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
