import { defineConfig } from 'vitest/config';

// Tests with real processes meet what no test can rule out, such as a machine that stands still for seconds. Where nobody
// looks, such a test gets another try, and `npm test` names it below its totals; a developer sees every failure.
const retry = process.env.CI ? 2 : 0;

// How long a test may hang, not how long it should take: they end when what they wait for is there.
const testTimeout = 150_000;

export default defineConfig({
  test: {
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: ['src/**/*.test.ts', 'src/**/*.test.tsx', 'scripts/**/*.test.ts'],
          exclude: ['**/*.db.test.ts', '**/*.portal.test.ts', '**/node_modules/**'],
          testTimeout: 60_000,
        },
      },
      {
        extends: true,
        test: {
          name: 'database',
          include: ['src/**/*.db.test.ts', 'supabase/tests/**/*.db.test.ts'],
          globalSetup: ['src/testing/database-setup.ts'],
          setupFiles: ['src/testing/database-environment.ts'],
          retry,
          testTimeout,
          hookTimeout: 150_000,
          fileParallelism: false,
        },
      },
      {
        extends: true,
        test: {
          name: 'portal',
          include: ['src/**/*.portal.test.ts'],
          retry,
          testTimeout,
          // The first portal may have to build the pages.
          hookTimeout: 400_000,
          fileParallelism: false,
        },
      },
    ],
  },
});
