import os from 'node:os';
import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

// Tests with real processes meet what no test can rule out, such as a machine that stands still for seconds. Where nobody
// looks, such a test gets another try, and `npm test` names it as a defect; a developer sees every failure.
const retry = process.env.CI ? 1 : 0;

// How long a test may hang, not how long it should take: they end when what they wait for is there. Two tries of it are less
// than the time after which `npm test` calls a stage hung (scripts/test.mjs).
const testTimeout = 120_000;

// Tests of the database and of whole portals wait for other processes most of the time, so there are more of them than cores.
const maxWorkers = 3;

// What takes longest begins first: it waits for leases and restarts, and at the end nothing would be left to run beside it.
const longest = [
  'watched-run',
  'refused-body',
  'killed-worker.db',
  'worker.db',
  'stopping.portal',
  'route.portal',
  'run-executor.db',
];

class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId }: TestSpecification): number =>
      longest.findIndex((name) => moduleId.endsWith(`/${name}.test.ts`)) >>> 0;
    return (await super.sort(files)).sort((a, b) => rank(a) - rank(b));
  }
}

export default defineConfig({
  test: {
    sequence: { sequencer: LongestFirst },
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: ['src/**/*.test.ts', 'src/**/*.test.tsx', 'scripts/**/*.test.ts'],
          exclude: ['**/*.db.test.ts', '**/*.portal.test.ts', '**/node_modules/**'],
          // Pure rules share a process: starting one for each file took longer than the tests.
          isolate: false,
          maxWorkers: os.availableParallelism(),
          unstubEnvs: true,
          restoreMocks: true,
          testTimeout: 60_000,
          sequence: { groupOrder: 1 },
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
          hookTimeout: testTimeout,
          maxWorkers,
          sequence: { groupOrder: 2 },
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
          hookTimeout: 280_000,
          maxWorkers,
          sequence: { groupOrder: 3 },
        },
      },
    ],
  },
});
