import { type RunSummary, runSummaryColumns, toRunSummary } from '#data/run-row.ts';
import { toErrorSummary, toProgress } from '#data/portal-run-row.ts';
import { toLocalizedText } from '#data/localized-text.ts';
import { unwrap } from '#data/unwrap.ts';
import { addDays, dayIn, startOfDay } from '#domain/calendar-day.ts';
import { cutPage, type InstantPageCursor, type Page, type PagePosition } from '#domain/page-cursor.ts';
import type { Message } from '#domain/message.ts';
import type { RunProgress } from '#domain/run/progress.ts';
import type { LocalizedText } from '#domain/plugin/payload-schema.ts';
import type { Actor } from '#auth/actor.ts';
import type { RunFilter } from './schemas.ts';

export const runsPerPage = 50;
export const summaryDays = 30;
const jobChoicesMax = 300;

/** A row of the list of all runs. */
export interface ListedRun extends RunSummary {
  job: { id: string; title: LocalizedText; jobKey: string };
  eventsProcessed: number | null;
  progress: RunProgress | null;
  errorMessage: Message | null;
}

/**
 * Returns a page of a company's runs, newest first. A database function finds the ids of the page; a second read gets
 * the rows.
 */
export async function listAllRuns(
  { client, tenantId, timeZone }: Actor,
  filter: RunFilter,
  position: PagePosition<InstantPageCursor> | null,
): Promise<Page<ListedRun, InstantPageCursor>> {
  const places = unwrap(
    await client.rpc('page_runs', {
      p_tenant_id: tenantId,
      p_job_id: filter.jobId ?? undefined,
      p_plugin_id: filter.pluginId ?? undefined,
      p_state: filter.state ?? undefined,
      p_trigger: filter.trigger ?? undefined,
      p_from: filter.from === null ? undefined : startOfDay(filter.from, timeZone).toISOString(),
      p_until: filter.to === null ? undefined : startOfDay(addDays(filter.to, 1), timeZone).toISOString(),
      p_at: position?.cursor.at,
      p_id: position?.cursor.id,
      p_is_backwards: position?.direction === 'before',
      p_limit: runsPerPage + 1,
    }),
  );
  const ids = places.map(({ run_id }) => run_id);
  if (ids.length === 0) return { items: [], newer: null, older: null };
  const rows = unwrap(
    await client
      .from('runs')
      .select(
        `${runSummaryColumns}, events_processed, progress, error, jobs!inner(id, title, titles, job_key)`,
      )
      .eq('tenant_id', tenantId)
      .in('id', ids),
  );
  const known = new Map(
    rows.map((row): [string, ListedRun] => [
      row.id,
      {
        ...toRunSummary(row),
        job: {
          id: row.jobs.id,
          title: toLocalizedText(row.jobs.title, row.jobs.titles),
          jobKey: row.jobs.job_key,
        },
        eventsProcessed: row.events_processed,
        progress: toProgress(row.progress),
        errorMessage: toErrorSummary(row.error)?.message ?? null,
      },
    ]),
  );
  // A run may finish and change its position between the two reads.
  const runs = ids.flatMap((id) => known.get(id) ?? []);
  return cutPage(runs, runsPerPage, position, (run) => ({ at: run.orderedAt, id: run.id }));
}

/** Totals of runs, from daily totals. Averages are per successful run, as in the API [contract: plugin runs]. */
export interface RunTotals {
  total: number;
  success: number;
  failed: number;
  running: number;
  pending: number;
  /** Per successful run of the portal's own jobs, because reports count no events; null without such a run. */
  averageEvents: number | null;
  /** Milliseconds per successful run with a known duration; null without such a run. */
  averageMs: number | null;
}

/**
 * Returns totals of the company's runs, or of one job's or one plugin's.
 * @param since first day in the tenant's zone; null for all days
 */
export async function readTotals(
  { client, tenantId }: Actor,
  { since, jobId, pluginId }: { since: string | null; jobId: string | null; pluginId: string | null },
): Promise<RunTotals> {
  const row = unwrap(
    await client
      .rpc('summarize_runs', {
        p_tenant_id: tenantId,
        p_since: since ?? '0001-01-01',
        p_job_id: jobId ?? undefined,
        p_plugin_id: pluginId ?? undefined,
      })
      .single(),
  );
  const average = (sum: number, count: number) => (count > 0 ? sum / count : null);
  return {
    total: row.success_count + row.failed_count + row.canceled_count + row.running_count + row.pending_count,
    success: row.success_count,
    failed: row.failed_count,
    running: row.running_count,
    pending: row.pending_count,
    averageEvents: average(row.success_events_sum, row.own_success_count),
    averageMs: average(row.success_duration_ms_sum, row.success_duration_count),
  };
}

/** Returns the first day of the list's totals. */
export function summarySince(timeZone: string, now: Date): string {
  return addDays(dayIn(timeZone, now), 1 - summaryDays);
}

/** Returns the jobs that the list can be filtered by, ordered by title. */
export async function listJobChoices(
  { client, tenantId }: Actor,
  { pluginId, chosenId }: { pluginId: string | null; chosenId: string | null },
): Promise<{ id: string; title: LocalizedText }[]> {
  const jobs = () => client.from('jobs').select('id, title, titles').eq('tenant_id', tenantId);
  const [listed, chosen] = await Promise.all([
    pluginId === null
      ? jobs().order('title').limit(jobChoicesMax)
      : jobs().eq('plugin_id', pluginId).order('title').limit(jobChoicesMax),
    chosenId === null ? null : jobs().eq('id', chosenId),
  ]);
  const choices = unwrap(listed);
  // The selected job is always in the menu, even if the company has more jobs than the menu shows.
  const missing =
    chosen === null ? [] : unwrap(chosen).filter(({ id }) => choices.every((job) => job.id !== id));
  return [...missing, ...choices].map(({ id, title, titles }) => ({
    id,
    title: toLocalizedText(title, titles),
  }));
}
