import type { ISql } from 'postgres';
import { sql } from '#testing/database/clients.ts';

/** Empties the queue and finishes runs that other tests left. */
export async function forgetRuns(on: ISql = sql): Promise<void> {
  await on`delete from pgmq.q_runs`;
  await on`delete from pgmq.q_runs_high`;
  await on`
    update public.runs
    set state = 'canceled', finished_at = now(), attempt_token = null, lease_expires_at = null
    where state in ('pending', 'running') and trigger <> 'report'`;
}
