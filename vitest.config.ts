import { defineConfig } from 'vitest/config';

export default defineConfig({
  // Tests read the sources of the rooms, so that a unit test never runs against a stale build.
  resolve: { conditions: ['source'] },
  ssr: { resolve: { conditions: ['source', 'node', 'import', 'default'] } },
  test: {
    include: ['**/src/**/*.test.ts', 'test/**/*.test.ts'],
    exclude: ['**/node_modules/**', '**/dist/**'],
    // These end what hangs; no test is about time, for machines differ.
    testTimeout: 300_000,
    hookTimeout: 300_000,
    expect: { poll: { timeout: 240_000 } },
    maxWorkers: 2,
  },
});
