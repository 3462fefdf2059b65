import { limits } from '#domain/limits.ts';
import { unwrap, unwrapMaybe } from '#data/unwrap.ts';
import { toInstant } from '#data/database-instant.ts';
import { ConflictError, NotFoundError } from '#domain/errors.ts';
import { cleanName } from '#domain/name-text.ts';
import { parseRunState, type RunState } from '#domain/run-state.ts';
import type { Actor } from '#auth/actor.ts';
import type { PluginRun, PluginRunPage, PluginRunSummary } from './operations.ts';

const runColumns =
  'id, state, started_or_queued_at, finished_at, events_processed, error, message, attempt, cursor_before, cursor_after, jobs!inner(id, job_key, plugin_id, plugin_job_name)' as const;

interface PluginRunRow {
  id: string;
  state: string;
  started_or_queued_at: string;
  finished_at: string | null;
  events_processed: number | null;
  error: unknown;
  message: string | null;
  attempt: number;
  cursor_before: string | null;
  cursor_after: string | null;
  jobs: { id: string; job_key: string; plugin_id: string | null; plugin_job_name: string | null };
}

/** Returns the message of a stored error, without its stack. */
export function errorMessageOf(error: unknown): string | null {
  if (typeof error !== 'object' || error === null || !('message' in error)) return null;
  return typeof error.message === 'string' ? error.message : null;
}

function toPluginRun(row: PluginRunRow): PluginRun {
  const state = parseRunState(row.state);
  return {
    runId: row.id,
    pluginId: row.jobs.plugin_id ?? '',
    jobName: row.jobs.plugin_job_name ?? '',
    jobId: row.jobs.id,
    jobKey: row.jobs.job_key,
    status: state,
    startedAt: toInstant(row.started_or_queued_at),
    completedAt: row.finished_at === null ? null : toInstant(row.finished_at),
    eventsProcessed: row.events_processed ?? 0,
    errorMessage: errorMessageOf(row.error) ?? (state === 'failed' ? row.message : null),
    metadata: { cursor: row.cursor_after ?? row.cursor_before, retryCount: Math.max(0, row.attempt - 1) },
  };
}

/** @throws NotFoundError `Plugin not found`, also for another tenant's */
async function requirePlugin({ client, tenantId }: Actor, pluginId: string): Promise<{ plugin_key: string }> {
  const row = unwrapMaybe(
    await client
      .from('plugins')
      .select('plugin_key')
      .eq('tenant_id', tenantId)
      .eq('id', pluginId)
      .maybeSingle(),
  );
  if (!row) throw new NotFoundError('Plugin not found');
  return row;
}

const choicesMax = 10;

/**
 * Returns the id of the one job that a name stands for, the name in the plugin's manifest or a job's key; null if there is
 * none. Scripts name the job that the manifest declares, whose key is `<plugin>:<name>`: they must still reach it after an
 * admin has added more jobs of its kind.
 * @throws NotFoundError `Plugin not found`, ConflictError with the keys to choose from
 */
export async function findJobOfPlugin(actor: Actor, pluginId: string, given: string): Promise<string | null> {
  const { client, tenantId } = actor;
  const jobName = cleanName(given);
  const { plugin_key: pluginKey } = await requirePlugin(actor, pluginId);
  // Nothing has a longer name, and filters travel in a URL.
  if (jobName.length > limits.jobs.jobKey.max) return null;
  const jobs = () =>
    client
      .from('jobs')
      .select('id, job_key')
      .eq('tenant_id', tenantId)
      .eq('plugin_id', pluginId)
      .order('created_at')
      .limit(choicesMax + 1);
  const named = () => jobs().eq('plugin_job_name', jobName);
  const [ofName, ...exact] = (
    await Promise.all([
      named(),
      named().eq('job_key', jobName),
      named().eq('job_key', `${pluginKey}:${jobName}`),
      jobs().eq('job_key', jobName),
    ])
  ).map((answer) => unwrap(answer));
  const choices = ofName ?? [];
  const only = choices.length === 1 ? choices[0] : exact.flat()[0];
  if (only) return only.id;
  if (choices.length === 0) return null;
  const keys = choices.slice(0, choicesMax).map((job) => job.job_key);
  const more = choices.length > choicesMax ? ', …' : '';
  throw new ConflictError('Several jobs have this name', undefined, [
    { field: 'jobName', problem: `must be the key of one of them: ${keys.join(', ')}${more}` },
  ]);
}

const average = (sum: number, count: number): number =>
  count > 0 ? Math.round((sum / count) * 100) / 100 : 0;

async function summarize(
  { client, tenantId }: Actor,
  pluginId: string,
  { jobName, jobId }: { jobName: string | undefined; jobId: string | undefined },
): Promise<PluginRunSummary> {
  const [row] = unwrap(
    await client.rpc('summarize_plugin_runs', {
      p_tenant_id: tenantId,
      p_plugin_id: pluginId,
      p_job_name: jobName,
      p_job_id: jobId,
    }),
  );
  if (!row) throw new NotFoundError('Plugin not found');
  return {
    total: row.success_count + row.failed_count + row.canceled_count + row.running_count + row.pending_count,
    success: row.success_count,
    failed: row.failed_count,
    running: row.running_count,
    pending: row.pending_count,
    avgEventsProcessed: average(row.success_events_sum, row.success_count),
    avgDuration: average(row.success_duration_ms_sum, row.success_duration_count),
  };
}

/**
 * Returns a page of runs by offset, with the count and totals of a plugin or of some of its jobs. Counts come from daily
 * totals, so that a long history is not counted row by row.
 * @param jobName the name in the plugin's manifest, which several jobs can share, or a job's key
 * @throws NotFoundError `Plugin not found`, also for another tenant's
 */
export async function listPluginRuns(
  actor: Actor,
  pluginId: string,
  {
    status,
    jobName,
    jobId,
    limit,
    offset,
    isNewestFirst,
  }: {
    status?: RunState | undefined;
    jobName?: string | undefined;
    jobId?: string | undefined;
    limit: number;
    offset: number;
    isNewestFirst: boolean;
  },
): Promise<PluginRunPage> {
  const { client, tenantId } = actor;
  const [, page, summary] = await Promise.all([
    requirePlugin(actor, pluginId),
    client.rpc('page_plugin_runs', {
      p_tenant_id: tenantId,
      p_plugin_id: pluginId,
      p_job_name: jobName,
      p_job_id: jobId,
      p_state: status,
      p_is_newest_first: isNewestFirst,
      p_limit: limit,
      p_offset: offset,
    }),
    summarize(actor, pluginId, { jobName, jobId }),
  ]);
  const places = unwrap(page);
  // The generated types do not allow null in a function's result.
  const ids = places.map((row) => row.run_id as string | null).filter((id) => id !== null);
  const rows =
    ids.length > 0
      ? unwrap(await client.from('runs').select(runColumns).eq('tenant_id', tenantId).in('id', ids))
      : [];
  const runById = new Map(rows.map((row) => [row.id, toPluginRun(row)]));
  return {
    runs: ids.flatMap((id) => runById.get(id) ?? []),
    total: places[0]?.total ?? 0,
    summary,
  };
}

/** @throws NotFoundError `Plugin run not found`, also for another tenant's and another plugin's */
export async function getPluginRun(
  { client, tenantId }: Actor,
  pluginId: string,
  runId: string,
): Promise<PluginRun> {
  const row = unwrapMaybe(
    await client
      .from('runs')
      .select(runColumns)
      .eq('tenant_id', tenantId)
      .eq('id', runId)
      .eq('jobs.plugin_id', pluginId)
      .maybeSingle(),
  );
  if (!row) throw new NotFoundError('Plugin run not found');
  return toPluginRun(row);
}
