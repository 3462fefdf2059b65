import os from 'node:os';
import { chores, logFailure } from '#chores/chores.ts';
import { createRunExecutor } from '#features/execution/create-run-executor.ts';
import { noteWorkerHeartbeat } from '#features/execution/reap-lost-runs.ts';
import { describeError, writeLog } from '#http/log.ts';
import { onRunsAnnounced } from '#process/waiting-runs.ts';
import { runTick } from '#features/scheduler/run-tick.ts';
import { obeyParent, onParentSays, reportReady, runsWaiting } from '#process/parent.ts';
import { repeat, type Repeated } from './repeat.ts';
import { readWorkerSettings } from './settings.ts';

const settings = readWorkerSettings(process.env);
const { workerId } = settings;
const startedAt = new Date().toISOString();
const executor = createRunExecutor(settings, settings.operator);

/** While the database is unavailable every task fails again soon; one log line a minute is enough. */
function repeatNamed(name: string, everyMs: number, task: () => Promise<unknown>): Repeated {
  let saidAtMs = -Infinity;
  return repeat(everyMs, task, (error) => {
    if (performance.now() - saidAtMs < 60_000) return;
    saidAtMs = performance.now();
    logFailure(name, error, { worker: workerId });
  });
}

const repeated = [
  repeatNamed('heartbeat', 10_000, () =>
    noteWorkerHeartbeat(workerId, {
      host: os.hostname(),
      pid: process.pid,
      concurrency: settings.concurrency,
      started_at: startedAt,
      ...executor.counts,
    }),
  ),
  ...chores.map(({ name, everyMs, perform }) => repeatNamed(name, everyMs, () => perform(settings.operator))),
];
if (settings.ticks) repeated.push(repeatNamed('tick', 1_000, () => runTick()));

obeyParent(async () => {
  writeLog('info', 'worker_stopping', { worker: workerId, ...executor.counts });
  const stopped = Promise.all(repeated.map(({ stop }) => stop()));
  await executor.stop(settings.graceMs);
  await stopped;
}, settings.graceMs + 10_000);

// An error that a handler leaves unhandled must not end the other runs of this process.
process.on('unhandledRejection', (error) => writeLog('error', 'unhandled_rejection', describeError(error)));
process.on('uncaughtException', (error) => writeLog('error', 'uncaught_exception', describeError(error)));

// The portal and this worker's own ticks announce new runs; polling finds the rest.
onParentSays(runsWaiting, () => executor.wake());
onRunsAnnounced(() => executor.wake());

executor.start();
writeLog('info', 'worker_started', { worker: workerId, concurrency: settings.concurrency });
reportReady();
