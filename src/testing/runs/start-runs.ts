import type { Database } from '#data/database.types.ts';
import { serviceClient, sql } from '#testing/database/clients.ts';

type Started = Database['public']['Functions']['start_run']['Args'];

/** Starts a run like the portal does. */
export async function startTestRun(jobId: string, given: Partial<Started> = {}): Promise<string> {
  const { data, error } = await serviceClient().rpc('start_run', { ...given, p_job_id: jobId });
  if (error) throw error;
  return data;
}

/** Puts many runs of a job on the queue of scheduled runs. */
export async function enqueueTestRuns(tenantId: string, jobId: string, count: number): Promise<string[]> {
  const rows = await sql<{ id: string }[]>`
    insert into public.runs (tenant_id, job_id, trigger, state, ordered_at, payload)
    select ${tenantId}, ${jobId}, 'schedule', 'pending', now(), '{}' from generate_series(1, ${count})
    returning id`;
  const ids = rows.map(({ id }) => id);
  await sql`select private.enqueue_runs(${ids}::uuid[])`;
  return ids;
}
