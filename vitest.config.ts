import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    exclude: ['test/interop/**'],
    // What hangs does so for ever; on a busy machine everything else takes several times as long as on a quiet one.
    testTimeout: 120_000,
    hookTimeout: 120_000,
    // What a test waits for comes soon, but on a busy machine not within vitest's one second.
    expect: { poll: { timeout: 20_000 } },
    // Two workers fit the smallest machine the project is built on.
    maxWorkers: 2,
  },
});
