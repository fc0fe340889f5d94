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
