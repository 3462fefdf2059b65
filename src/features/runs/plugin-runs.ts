import { unwrap, unwrapMaybe } from '#data/unwrap.ts';
import { toInstant } from '#data/database-instant.ts';
import { NotFoundError } from '#domain/errors.ts';
import { parseRunState, type RunState } from '#domain/run-state.ts';
import type { Actor } from '#auth/actor.ts';
import type { PluginRun, PluginRunPage, PluginRunSummary } from './operations.ts';

const runColumns =
  'id, state, started_at, received_at, finished_at, events_processed, error, message, attempt, cursor_before, cursor_after, jobs!inner(plugin_id, plugin_job_name)' as const;

interface PluginRunRow {
  id: string;
  state: string;
  started_at: string | null;
  received_at: string;
  finished_at: string | null;
  events_processed: number | null;
  error: unknown;
  message: string | null;
  attempt: number;
  cursor_before: string | null;
  cursor_after: string | null;
  jobs: { plugin_id: string | null; plugin_job_name: string | null };
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
    status: state,
    startedAt: toInstant(row.started_at ?? row.received_at),
    completedAt: row.finished_at === null ? null : toInstant(row.finished_at),
    eventsProcessed: row.events_processed ?? 0,
    errorMessage: errorMessageOf(row.error) ?? (state === 'failed' ? row.message : null),
    metadata: { cursor: row.cursor_after ?? row.cursor_before, retryCount: Math.max(0, row.attempt - 1) },
  };
}

/** @throws NotFoundError `Plugin not found`, also for another tenant's */
export async function requirePlugin({ client, tenantId }: Actor, pluginId: string): Promise<void> {
  const row = unwrapMaybe(
    await client.from('plugins').select('id').eq('tenant_id', tenantId).eq('id', pluginId).maybeSingle(),
  );
  if (!row) throw new NotFoundError('Plugin not found');
}

/**
 * Returns the id of a plugin's job; null if the plugin has no job of that name.
 * @throws NotFoundError `Plugin not found`, also for another tenant's
 */
export async function findJobOfPlugin(
  actor: Actor,
  pluginId: string,
  jobName: string,
): Promise<string | null> {
  await requirePlugin(actor, pluginId);
  const rows = unwrap(
    await actor.client
      .from('jobs')
      .select('id')
      .eq('tenant_id', actor.tenantId)
      .eq('plugin_id', pluginId)
      .eq('plugin_job_name', jobName)
      .order('created_at')
      .limit(1),
  );
  return rows[0]?.id ?? null;
}

const average = (sum: number, count: number): number =>
  count > 0 ? Math.round((sum / count) * 100) / 100 : 0;

async function summarize(
  { client, tenantId }: Actor,
  pluginId: string,
  jobName?: string,
): Promise<PluginRunSummary> {
  const [row] = unwrap(
    await client.rpc('summarize_plugin_runs', {
      p_tenant_id: tenantId,
      p_plugin_id: pluginId,
      p_job_name: jobName,
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
 * Returns a page of runs by offset, with the count and totals of a plugin or of one of its jobs. Counts come from daily
 * totals, so that a long history is not counted row by row.
 * @throws NotFoundError `Plugin not found`, also for another tenant's
 */
export async function listPluginRuns(
  actor: Actor,
  pluginId: string,
  {
    status,
    jobName,
    limit,
    offset,
    isNewestFirst,
  }: {
    status?: RunState | undefined;
    jobName?: string | undefined;
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
      p_state: status,
      p_is_newest_first: isNewestFirst,
      p_limit: limit,
      p_offset: offset,
    }),
    summarize(actor, pluginId, jobName),
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
