import { randomUUID } from 'node:crypto';
import { createServiceClient } from '#data/clients/service.ts';
import { noteHeartbeat } from '#data/run-queue.ts';
import { leaseSeconds } from '#domain/limits.ts';
import { createRunExecutor } from '#features/execution/create-run-executor.ts';
import { listHandlers } from '#features/execution/list-handlers.ts';
import type { BuiltInPlugin } from '#plugins/contract.ts';
import { builtInPlugins } from '#plugins/index.ts';

const atOnce = 10;

/**
 * Executes queued runs until the queue is empty or the time is up, for hosts without a worker. An unfinished run
 * returns to the queue without using up its attempt, so jobs on such hosts should be short or keep a cursor. The plugin
 * `command` is not available there.
 * @param plugins replacements for the built-in plugins, for tests
 * @returns the number of finished attempts
 */
export async function drainQueue({
  msMax,
  publicUrl,
  allowedHosts,
  plugins = builtInPlugins,
}: {
  msMax: number;
  publicUrl: string;
  allowedHosts: readonly string[];
  plugins?: Readonly<Record<string, BuiltInPlugin>>;
}): Promise<number> {
  if (msMax <= 0) return 0;
  await noteHeartbeat(createServiceClient(), 'drain', { handlers: await listHandlers(plugins) });
  const executor = createRunExecutor(
    {
      workerId: `request:${randomUUID()}`,
      concurrency: atOnce,
      leaseSeconds,
      heartbeatMs: (leaseSeconds / 3) * 1_000,
      pollMs: 100,
      idlePollMs: 100,
      publicUrl,
    },
    { allowedHosts, allowedCommands: [], commandEnvironment: {} },
    plugins,
  );
  return executor.drain(msMax);
}
