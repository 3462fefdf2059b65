import os from 'node:os';
import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

// Tests with real processes can fail for reasons outside the test, such as a machine that stalls for seconds. In CI
// such a test gets a second try, and `npm test` names it as a defect; a developer sees every failure.
const retry = process.env.CI ? 1 : 0;

// How long a test may hang, not how long it should take: a test ends as soon as it has what it waits for. Two tries are
// shorter than the time after which `npm test` treats a stage as hung (scripts/test.mjs).
const testTimeout = 120_000;

// Tests of the database and of whole portals mostly wait for other processes, so more of them run than there are cores.
const maxWorkers = 3;

// The longest tests start first: they wait for leases and restarts, and at the end they would run alone.
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
          // Pure rules share a process: starting one per file would need more time than the tests.
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
          globalSetup: ['src/testing/database/setup.ts'],
          setupFiles: ['src/testing/database/environment.ts'],
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
