import { createServiceClient } from '#data/clients/service.ts';
import { toRunClock, toRunPace } from '#data/run-row.ts';
import { unwrap } from '#data/unwrap.ts';
import { isRunningLong, longestSeconds, runningMs } from '#domain/run/long-run.ts';
import { writeLog } from '#http/log.ts';

const runningMax = 1_000;

/** Runs that were logged and are still running: each is logged once by a process. */
let warned = new Set<string>();

/** Logs a warning about each run that takes longer than it may, also about one whose script never reported its end. */
export async function warnOfLongRuns(now = new Date()): Promise<{ long: number }> {
  const rows = unwrap(
    await createServiceClient()
      .from('runs')
      .select(
        'id, state, trigger, started_at, received_at, clock_ahead_ms, attempt, jobs!inner(job_key, kind, max_run_seconds, timeout_seconds)',
      )
      .eq('state', 'running')
      .is('finished_at', null)
      .order('received_at')
      .limit(runningMax),
  );
  const long = rows.filter((row) => isRunningLong(toRunClock(row), toRunPace(row.jobs), now));
  for (const row of long) {
    if (warned.has(row.id)) continue;
    const run = toRunClock(row);
    writeLog('warn', 'run_takes_long', {
      run_id: row.id,
      job_key: row.jobs.job_key,
      running_seconds: Math.round(runningMs(run, now) / 1000),
      longest_seconds: longestSeconds(toRunPace(row.jobs), run.attempt),
    });
  }
  warned = new Set(long.map(({ id }) => id));
  return { long: long.length };
}
