import { randomUUID } from 'node:crypto';
import { leaseSeconds } from '#domain/limits.ts';
import { createRunExecutor } from '#features/execution/create-run-executor.ts';
import type { BuiltInPlugin } from '#plugins/contract.ts';

const atOnce = 10;

/**
 * Executes queued runs until the queue is empty or the time is over, for hosts on which no worker lives. A run that is not done
 * by then is given back without burning its attempt and goes on at the next call, so jobs of such a host should be short or
 * keep a cursor. The plugin `command` has nothing to run there.
 * @param plugins others in place of the built-in ones, for tests
 * @returns how many attempts have finished
 */
export async function drainQueue({
  msMax,
  publicUrl,
  allowedHosts,
  plugins,
}: {
  msMax: number;
  publicUrl: string;
  allowedHosts: readonly string[];
  plugins?: Readonly<Record<string, BuiltInPlugin>>;
}): Promise<number> {
  if (msMax <= 0) return 0;
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
