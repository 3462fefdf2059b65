import { defineConfig } from 'vitest/config';

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
          testTimeout: 90_000,
          // The first portal may have to build the pages.
          hookTimeout: 400_000,
          fileParallelism: false,
        },
      },
    ],
  },
});
