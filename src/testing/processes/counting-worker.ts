import { setTimeout as sleep } from 'node:timers/promises';
import { createRunExecutor } from '#features/execution/create-run-executor.ts';

// A worker process whose only job counts its successes in its cursor, and sometimes fails.
const executor = createRunExecutor(
  {
    workerId: `counting:${process.pid}`,
    concurrency: 20,
    leaseSeconds: 2,
    heartbeatMs: 600,
    pollMs: 30,
    idlePollMs: 30,
    publicUrl: 'http://127.0.0.1:1',
  },
  { allowedCommands: [], allowedHosts: [], commandEnvironment: {} },
  {
    demo: {
      manifest: async () => ({
        default: { id: 'demo', name: 'Demo', version: '1.0.0', jobs: [{ name: 'sync' }] },
      }),
      load: async () => ({
        handlers: {
          sync: async ({ cursor }) => {
            await sleep(Math.random() * 40);
            if (Math.random() < 0.05) throw new Error('Now and then');
            return {
              kind: 'success',
              message: null,
              eventsProcessed: 1,
              result: null,
              cursor: String(Number(cursor ?? 0) + 1),
            };
          },
        },
      }),
    },
  },
);
executor.start();
