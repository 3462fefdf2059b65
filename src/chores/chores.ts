import { reapLostRuns } from '#features/execution/reap-lost-runs.ts';
import { warnOfLongRuns } from '#features/execution/warn-of-long-runs.ts';
import { checkRemotePlugins } from '#features/plugins/check-remote-plugins.ts';
import { syncBuiltInPlugins } from '#features/plugins/sync-built-in-plugins.ts';
import { describeError, writeLog } from '#http/log.ts';

interface Operator {
  allowedHosts: readonly string[];
}

interface Chore {
  name: string;
  everyMs: number;
  perform: (operator: Operator) => Promise<unknown>;
}

/** Regular work besides ticks and runs. Every worker does it; without a worker, the scheduler route does. */
export const chores: readonly Chore[] = [
  { name: 'reaper', everyMs: 30_000, perform: reapLostRuns },
  { name: 'long_runs', everyMs: 60_000, perform: () => warnOfLongRuns() },
  // New companies get their plugins within a minute.
  { name: 'plugin_sync', everyMs: 60_000, perform: () => syncBuiltInPlugins({ now: new Date() }) },
  { name: 'plugin_health', everyMs: 60_000, perform: checkRemotePlugins },
];

/** Logs that a chore failed; the next round tries it again. */
export function logFailure(name: string, error: unknown, facts: Record<string, string> = {}): void {
  writeLog('warn', `${name}_failed`, { ...facts, ...describeError(error) });
}

/** Runs every chore once. Never throws. */
export async function performChores(operator: Operator): Promise<void> {
  await Promise.all(
    chores.map(({ name, perform }) => perform(operator).catch((error: unknown) => logFailure(name, error))),
  );
}
