import { unwrap, unwrapMaybe } from '#data/unwrap.ts';
import { toInstant } from '#data/database-instant.ts';
import type { Json } from '#data/database.types.ts';
import { NotFoundError } from '#domain/errors.ts';
import { toBackgroundJobStatus, toExecutionStatus } from '#domain/run/contract-words.ts';
import { type InstantPageCursor, formatInstantPageCursor } from '#domain/page-cursor.ts';
import { parseRunState, type RunState } from '#domain/run-state.ts';
import type { Actor } from '#auth/actor.ts';
import type { BackgroundJob, ExecutionPage } from './operations.ts';
import { errorMessageOf } from '#features/runs/plugin-runs.ts';

const jobColumns =
  'id, state, payload, result, progress, error, requested_by, received_at, started_at, finished_at, updated_at, cancel_requested_at, jobs!inner(job_key, title), run_error_stacks(stack)' as const;

interface BackgroundJobRow {
  id: string;
  state: string;
  payload: Json;
  result: Json;
  progress: Json;
  error: Json;
  requested_by: string | null;
  received_at: string;
  started_at: string | null;
  finished_at: string | null;
  updated_at: string;
  cancel_requested_at: string | null;
  jobs: { job_key: string; title: string };
  run_error_stacks: { stack: string } | null;
}

const toMaybeInstant = (stored: string | null): string | null => (stored === null ? null : toInstant(stored));

function toBackgroundJob(row: BackgroundJobRow, { role, userId }: Actor): BackgroundJob {
  const isAdmin = role === 'admin';
  // Staff get only the jobs that they started. A key without the scope admin has started none, and must not see more of them.
  const maySeeData = isAdmin || (userId !== null && row.requested_by === userId);
  const message = errorMessageOf(row.error);
  const name =
    row.error && typeof row.error === 'object' && !Array.isArray(row.error) ? row.error.name : null;
  const stack = isAdmin ? row.run_error_stacks?.stack : undefined;
  return {
    id: row.id,
    type: row.jobs.job_key,
    title: row.jobs.title,
    status: toBackgroundJobStatus(parseRunState(row.state)),
    payload: maySeeData ? row.payload : null,
    result: maySeeData ? (row.result ?? row.progress) : null,
    error:
      message === null
        ? null
        : { name: typeof name === 'string' ? name : 'Error', message, ...(stack !== undefined && { stack }) },
    userId: row.requested_by,
    createdAt: toInstant(row.received_at),
    startedAt: toMaybeInstant(row.started_at),
    cancelRequestedAt: toMaybeInstant(row.cancel_requested_at),
    finishedAt: toMaybeInstant(row.finished_at),
    updatedAt: toInstant(row.updated_at),
  };
}

/**
 * Returns the newest runs of the portal: all of them to admins and API keys, their own to staff.
 * @param type key of a job
 */
export async function listBackgroundJobs(
  actor: Actor,
  { type, state, limit }: { type?: string | undefined; state?: RunState | undefined; limit: number },
): Promise<BackgroundJob[]> {
  const { client, tenantId, role, userId } = actor;
  let jobId: string | undefined;
  if (type !== undefined) {
    const jobs = unwrap(await client.from('jobs').select('id').eq('tenant_id', tenantId).eq('job_key', type));
    jobId = jobs[0]?.id;
    if (jobId === undefined) return [];
  }
  const isEverybodys = role === 'admin' || userId === null;
  // One user starts few runs, and an index finds them.
  const ids = isEverybodys ? await findPortalRuns(actor, { jobId, state, limit }) : null;
  if (ids?.length === 0) return [];
  let query = client.from('runs').select(jobColumns).eq('tenant_id', tenantId).neq('trigger', 'report');
  if (ids !== null) query = query.in('id', ids);
  else if (userId !== null) query = query.eq('requested_by', userId);
  if (state !== undefined) query = query.eq('state', state);
  if (jobId !== undefined) query = query.eq('job_id', jobId);
  const rows = unwrap(
    await query.order('ordered_at', { ascending: false }).order('id', { ascending: false }).limit(limit),
  );
  return rows.map((row) => toBackgroundJob(row, actor));
}

async function findPortalRuns(
  { client, tenantId }: Actor,
  { jobId, state, limit }: { jobId: string | undefined; state: RunState | undefined; limit: number },
): Promise<string[]> {
  const places = unwrap(
    await client.rpc('page_runs', {
      p_tenant_id: tenantId,
      p_job_id: jobId,
      p_state: state,
      p_is_portal: true,
      p_limit: limit,
    }),
  );
  return places.map(({ run_id }) => run_id);
}

/** @throws NotFoundError for another tenant's run, too, and for staff who did not start it */
export async function getBackgroundJob(actor: Actor, id: string): Promise<BackgroundJob> {
  const { client, tenantId, role, userId } = actor;
  let query = client
    .from('runs')
    .select(jobColumns)
    .eq('tenant_id', tenantId)
    .eq('id', id)
    .neq('trigger', 'report');
  if (role !== 'admin' && userId !== null) query = query.eq('requested_by', userId);
  const row = unwrapMaybe(await query.maybeSingle());
  if (!row) throw new NotFoundError('Job not found');
  return toBackgroundJob(row, actor);
}

const quoted = (text: string): string => `"${text}"`;

/** Returns the runs of a job, newest first; `next` is the cursor of the following page. */
export async function listExecutions(
  { client, tenantId }: Actor,
  { jobId, limit, after }: { jobId: string; limit: number; after?: InstantPageCursor | undefined },
): Promise<ExecutionPage> {
  let query = client
    .from('runs')
    .select('id, state, started_at, received_at, finished_at, ordered_at, error, message')
    .eq('tenant_id', tenantId)
    .eq('job_id', jobId);
  if (after)
    query = query.lte('ordered_at', after.at).or(`ordered_at.lt.${quoted(after.at)},id.lt.${after.id}`);
  const rows = unwrap(
    await query
      .order('ordered_at', { ascending: false })
      .order('id', { ascending: false })
      .limit(limit + 1),
  );
  const last = rows.length > limit ? rows[limit - 1] : undefined;
  return {
    executions: rows.slice(0, limit).map((row) => {
      const state = parseRunState(row.state);
      return {
        id: row.id,
        started_at: toInstant(row.started_at ?? row.received_at),
        completed_at: row.finished_at === null ? null : toInstant(row.finished_at),
        status: toExecutionStatus(state),
        error_message: errorMessageOf(row.error) ?? (state === 'failed' ? row.message : null),
      };
    }),
    next: last ? formatInstantPageCursor({ at: toInstant(last.ordered_at), id: last.id }) : null,
  };
}
