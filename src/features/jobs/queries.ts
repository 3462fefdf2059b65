import { cache } from 'react';
import { type Job, jobColumns, toJob } from '#data/job-row.ts';
import { type JobStatus, jobStatusColumns, toJobStatus } from '#data/job-status-row.ts';
import { type RunSummary, runSummaryColumns, toRunClock, toRunPace, toRunSummary } from '#data/run-row.ts';
import {
  type DailyStats,
  emptyDailyStats,
  runStatsDailyColumns,
  toDailyStats,
} from '#data/run-stats-daily-row.ts';
import { toLocalizedText } from '#data/localized-text.ts';
import { unwrap } from '#data/unwrap.ts';
import { addDays, dayIn, lastDays, startOfDay } from '#domain/calendar-day.ts';
import { NotFoundError } from '#domain/errors.ts';
import type { JobStatusWord } from '#domain/job-status.ts';
import type { Message } from '#domain/message.ts';
import { cutPage, type InstantPageCursor, type Page, type PagePosition } from '#domain/page-cursor.ts';
import { isRunningLong } from '#domain/run/long-run.ts';
import { searchPattern } from '#domain/search-pattern.ts';
import type { LocalizedText } from '#domain/plugin/payload-schema.ts';
import type { Actor } from '#auth/actor.ts';
import { type HistoryFilter, type JobFilter, jobId } from './schemas.ts';

export const jobsPerPage = 50;
export const runsPerPage = 50;
export const chartDays = 90;

/** A row of the list of jobs. */
export interface ListedJob {
  id: string;
  jobKey: string;
  title: LocalizedText;
  toolName: string | null;
  health: JobStatusWord;
  lastFinishedAt: string | null;
  lastMessage: Message | null;
  isClockWrong: boolean;
  /** A failure was reported late, although the latest run succeeded. */
  hasLateFailure: boolean;
  /** Its newest run that has not finished. */
  running: { startedAt: string | null; host: string | null; isRunningLong: boolean } | null;
}

/** Returns a page of all jobs by key, including jobs that have never finished. */
export async function listJobs(
  { client, tenantId }: Actor,
  filter: JobFilter,
  position: PagePosition<string> | null,
): Promise<Page<ListedJob, string>> {
  const isBackwards = position?.direction === 'before';
  let query = client
    .from('jobs')
    .select(
      `id, job_key, title, titles, tools(name), job_status(${jobStatusColumns}), kind, max_run_seconds, timeout_seconds, runs(id, state, trigger, started_at, received_at, clock_ahead_ms, attempt, host, ordered_at), job_search_texts(job_id)`,
    )
    .eq('tenant_id', tenantId)
    .is('runs.finished_at', null)
    .order('ordered_at', { referencedTable: 'runs', ascending: false })
    .limit(1, { referencedTable: 'runs' })
    .order('job_key', { ascending: !isBackwards })
    .limit(jobsPerPage + 1);
  if (filter.toolId !== null) query = query.eq('tool_id', filter.toolId);
  if (filter.state === 'neverRun') query = query.is('job_status', null);
  if (filter.state === 'running') query = query.not('runs', 'is', null);
  if (filter.state === 'error' || filter.state === 'success') {
    query = query.eq('job_status.last_status', filter.state).not('job_status', 'is', null);
  }
  if (filter.state === 'late') {
    query = query.eq('job_status.shown_state', filter.state).not('job_status', 'is', null);
  }
  const pattern = searchPattern(filter.search);
  if (pattern !== null) {
    query = query.like('job_search_texts.name_text', pattern).not('job_search_texts', 'is', null);
  }
  if (position !== null) query = query.filter('job_key', isBackwards ? 'lt' : 'gt', position.cursor);

  const jobs = unwrap(await query).map((row): ListedJob => {
    const status = row.job_status ? toJobStatus(row.job_status) : null;
    const running = row.runs[0];
    return {
      id: row.id,
      jobKey: row.job_key,
      title: toLocalizedText(row.title, row.titles),
      toolName: row.tools?.name ?? null,
      health: status?.lastStatus ?? 'neverRun',
      lastFinishedAt: status?.lastFinishedAt ?? null,
      lastMessage: status?.lastMessage ?? null,
      isClockWrong: status?.isClockWrong ?? false,
      hasLateFailure: status?.shownState === 'late',
      running: running
        ? {
            startedAt: running.started_at,
            host: running.host,
            isRunningLong: isRunningLong(toRunClock(running), toRunPace(row), new Date()),
          }
        : null,
    };
  });
  return cutPage(jobs, jobsPerPage, position, (job) => job.jobKey);
}

/** A job with its tool and its newest outcome. */
export interface JobDetail extends Job {
  toolName: string | null;
  toolUrl: string | null;
  status: JobStatus | null;
  /** The run that the job status shows. */
  latestRunId: string | null;
}

/** @throws NotFoundError also for a job of another tenant */
export async function getJob({ client, tenantId }: Actor, id: string): Promise<JobDetail> {
  if (!jobId.safeParse(id).success) throw new NotFoundError('Not found');
  const row = unwrap(
    await client
      .from('jobs')
      .select(`${jobColumns}, latest_run_id, tools(name, url), job_status(${jobStatusColumns})`)
      .eq('tenant_id', tenantId)
      .eq('id', id)
      .single(),
  );
  return {
    ...toJob(row),
    toolName: row.tools?.name ?? null,
    toolUrl: row.tools?.url ?? null,
    status: row.job_status ? toJobStatus(row.job_status) : null,
    latestRunId: row.latest_run_id,
  };
}

/** Like `getJob`, but once per request: the page's title needs the job, too. */
export const getJobOnce = cache((member: Actor, id: string) => getJob(member, id));

/** Returns a page of a job's runs, newest first. A database function finds the ids of the page; a second read gets the rows. */
export async function listRuns(
  { client, tenantId, timeZone }: Actor,
  ofJobId: string,
  filter: HistoryFilter,
  position: PagePosition<InstantPageCursor> | null,
): Promise<Page<RunSummary, InstantPageCursor>> {
  const places = unwrap(
    await client.rpc('page_runs', {
      p_tenant_id: tenantId,
      p_job_id: ofJobId,
      p_state: filter.outcome ?? undefined,
      p_from: filter.from === null ? undefined : startOfDay(filter.from, timeZone).toISOString(),
      p_until: filter.to === null ? undefined : startOfDay(addDays(filter.to, 1), timeZone).toISOString(),
      p_at: position?.cursor.at,
      p_id: position?.cursor.id,
      p_is_backwards: position?.direction === 'before',
      p_limit: runsPerPage + 1,
    }),
  );
  const ids = places.map(({ run_id }) => run_id);
  const rows =
    ids.length === 0 ? [] : unwrap(await client.from('runs').select(runSummaryColumns).in('id', ids));
  const known = new Map(rows.map((row) => [row.id, toRunSummary(row)]));
  // A run may finish and change its position between the two reads.
  const runs = ids.flatMap((id) => known.get(id) ?? []);
  return cutPage(runs, runsPerPage, position, (run) => ({ at: run.orderedAt, id: run.id }));
}

/** Returns runs of a job that have not finished, newest first; a job with more than a few is stuck. */
export async function listUnfinishedRuns({ client }: Actor, ofJobId: string): Promise<RunSummary[]> {
  return unwrap(
    await client
      .from('runs')
      .select(runSummaryColumns)
      .eq('job_id', ofJobId)
      .is('finished_at', null)
      .order('ordered_at', { ascending: false })
      .order('id', { ascending: false })
      .limit(5),
  ).map(toRunSummary);
}

/** Whether a running worker can run a job of a plugin: one whose plugin no worker has waits. */
export async function hasWorker({ client }: Actor, ofJobId: string): Promise<boolean> {
  return unwrap<boolean | null>(await client.rpc('has_worker', { p_job_id: ofJobId })) ?? true;
}

/** Returns a job's last 90 days in the tenant's zone, oldest first, including days without finished runs. */
export async function readDailyStats(
  { client, timeZone }: Actor,
  ofJobId: string,
  now: Date,
): Promise<DailyStats[]> {
  const days = lastDays(dayIn(timeZone, now), chartDays);
  const rows = unwrap(
    await client
      .from('run_stats_daily')
      .select(runStatsDailyColumns)
      .eq('job_id', ofJobId)
      .gte('day', days[0] ?? '')
      .order('day', { ascending: false })
      .limit(chartDays + 10),
  );
  const known = new Map(rows.map(toDailyStats).map((stats) => [stats.day, stats]));
  return days.map((day) => known.get(day) ?? emptyDailyStats(day));
}

/** Returns how many runs a job has, from daily totals: counting rows takes a third of a second for a busy job. */
export async function countRuns({ client, tenantId }: Actor, ofJobId: string): Promise<number> {
  const row = unwrap(
    await client
      .rpc('summarize_runs', { p_tenant_id: tenantId, p_since: '0001-01-01', p_job_id: ofJobId })
      .single(),
  );
  return row.success_count + row.failed_count + row.canceled_count + row.running_count + row.pending_count;
}
