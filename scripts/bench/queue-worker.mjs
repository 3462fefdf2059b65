// @ts-check
// One worker of the queue benchmark, in its own process so that it can be killed: our executor with a plugin whose handler
// does nothing or waits for ever.
import process from 'node:process';

const { createRunExecutor } = await import('../../src/features/execution/create-run-executor.ts');
const { success } = await import('../../src/plugins/contract.ts');

const jobs = [{ name: 'nothing' }, { name: 'wait' }];
const bench = {
  manifest: async () => ({ default: { id: 'bench', name: 'Bench', version: '1.0.0', jobs } }),
  load: async () => ({
    handlers: {
      nothing: async () => success(),
      /** @param {{ signal: AbortSignal }} context @returns {Promise<never>} */
      wait: ({ signal }) =>
        new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason))),
    },
  }),
};

const executor = createRunExecutor(
  {
    workerId: `bench:${process.pid}`,
    concurrency: Number(process.env.BENCH_CONCURRENCY ?? '200'),
    leaseSeconds: 30,
    heartbeatMs: 10_000,
    pollMs: Number(process.env.BENCH_POLL_MS ?? '50'),
    idlePollMs: Number(process.env.BENCH_POLL_MS ?? '50'),
    publicUrl: 'http://127.0.0.1:1',
  },
  { allowedCommands: [], allowedHosts: [], commandEnvironment: {} },
  { bench },
);
executor.start();
// As the supervisor does for the portal's own worker.
process.on('message', () => executor.wake());
process.stdout.write('ready\n');
process.on('SIGTERM', () => void executor.stop(0).then(() => process.exit(0)));
