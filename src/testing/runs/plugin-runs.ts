import { randomUUID } from 'node:crypto';
import type { ISql } from 'postgres';
import { serviceClient, sql } from '#testing/database/clients.ts';
import { until } from '#testing/until.ts';

/** What a test may decide about a job. */
export interface TestJob {
  pluginKey: string;
  name: string;
  kind?: 'built_in' | 'remote';
  baseUrl?: string;
  secret?: string;
  manifest?: object;
  payload?: object;
  timeoutSeconds?: number;
  maxAttempts?: number;
  backoffSeconds?: number;
  concurrencyLimit?: number | null;
  pluginConcurrencyLimit?: number | null;
}

/** A job of a plugin, both made for a test. */
export async function createTestJob(
  tenantId: string,
  job: TestJob,
): Promise<{ jobId: string; pluginId: string }> {
  const [plugin] = await sql<{ id: string }[]>`
    insert into public.plugins (tenant_id, plugin_key, name, kind, base_url, manifest, concurrency_limit)
    values (${tenantId}, ${job.pluginKey}, ${job.pluginKey}, ${job.kind ?? 'built_in'}, ${job.baseUrl ?? null},
      ${sql.json((job.manifest ?? {}) as never)}, ${job.pluginConcurrencyLimit ?? null})
    on conflict (tenant_id, plugin_key) do update set concurrency_limit = excluded.concurrency_limit
    returning id`;
  const pluginId = plugin?.id ?? '';
  if (job.secret !== undefined) {
    await sql`
      insert into private.plugin_secrets (plugin_id, signing_secret) values (${pluginId}, ${job.secret})
      on conflict (plugin_id) do nothing`;
  }
  const [row] = await sql<{ id: string }[]>`
    insert into public.jobs (tenant_id, job_key, title, kind, plugin_id, plugin_job_name, payload, timeout_seconds,
      max_attempts, backoff_seconds, concurrency_limit)
    values (${tenantId}, ${`${job.name}-${randomUUID()}`}, ${job.name}, 'plugin', ${pluginId}, ${job.name},
      ${sql.json((job.payload ?? {}) as never)}, ${job.timeoutSeconds ?? 60}, ${job.maxAttempts ?? 1},
      ${job.backoffSeconds ?? 0}, ${job.concurrencyLimit ?? null})
    returning id`;
  return { jobId: row?.id ?? '', pluginId };
}

/** Starts a run as the portal itself does. */
export async function startTestRun(jobId: string): Promise<string> {
  const { data, error } = await serviceClient().rpc('start_run', { p_job_id: jobId });
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

/** Empties the queue and ends what other tests or suites have left, which is none of the next one's. */
export async function forgetRuns(on: ISql = sql): Promise<void> {
  await on`delete from pgmq.q_runs`;
  await on`delete from pgmq.q_runs_high`;
  await on`
    update public.runs
    set state = 'canceled', completed_at = now(), attempt_token = null, lease_expires_at = null
    where state in ('pending', 'running') and trigger <> 'report'`;
}

/** A run as the database has it. */
export interface StoredRun {
  state: string;
  attempt: number;
  message: string | null;
  error: { name: string; message: string; stack?: string } | null;
  result: Record<string, unknown> | null;
  progress: { done: number; total: number | null; note: string | null } | null;
  events_processed: number | null;
  cursor_before: string | null;
  cursor_after: string | null;
  worker_id: string | null;
  attempt_token: string | null;
  next_attempt_at: Date | null;
  queue_message_id: string;
}

/** Reads a run. */
export async function readTestRun(runId: string): Promise<StoredRun> {
  const [row] = await sql<StoredRun[]>`select * from public.runs where id = ${runId}`;
  if (!row) throw new Error('There is no such run');
  return row;
}

/** Waits until a run is in one of the states. */
export function untilRunState(runId: string, ...states: string[]): Promise<StoredRun> {
  return until(
    () => readTestRun(runId),
    ({ state }) => states.includes(state),
  );
}

/** Outcomes of a run's attempts, in their order. */
export async function readTestAttempts(runId: string): Promise<(string | null)[]> {
  const rows = await sql<{ outcome: string | null }[]>`
    select outcome from public.run_attempts where run_id = ${runId} order by attempt`;
  return rows.map(({ outcome }) => outcome);
}
