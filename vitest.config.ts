import { defineConfig } from 'vitest/config';

// Tests with real processes have deadlines of seconds; on a machine that is busy with something else one may be late.
const retry = process.env.CI ? 2 : 0;

export default defineConfig({
  test: {
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: ['src/**/*.test.ts', 'src/**/*.test.tsx', 'scripts/**/*.test.ts'],
          exclude: ['**/*.db.test.ts', '**/*.portal.test.ts', '**/node_modules/**'],
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
          testTimeout: 30_000,
          hookTimeout: 120_000,
          fileParallelism: false,
        },
      },
      {
        extends: true,
        test: {
          name: 'portal',
          include: ['src/**/*.portal.test.ts'],
          retry,
          testTimeout: 90_000,
          // The first portal may have to build the pages.
          hookTimeout: 400_000,
          fileParallelism: false,
        },
      },
    ],
  },
});
