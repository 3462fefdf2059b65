import { toInstant } from '#data/database-instant.ts';
import { toLocalizedText } from '#data/localized-text.ts';
import { type PluginJob, pluginJobColumns, toPluginJob } from '#data/plugin-job-row.ts';
import {
  type DueDay,
  type DueJob,
  readSchedulerStatusRow,
  readSchedulesOverviewRow,
  type SchedulerStatus,
  type SchedulesOverview,
} from '#data/schedules-overview.ts';
import { runSummaryColumns, toRunSummary } from '#data/run-row.ts';
import { unwrap, unwrapMaybe } from '#data/unwrap.ts';
import { NotFoundError } from '#domain/errors.ts';
import {
  cutPage,
  formatInstantPageCursor,
  type InstantPageCursor,
  type Page,
  type PagePosition,
  type TitlePageCursor,
} from '#domain/page-cursor.ts';
import {
  type Collision,
  countDayLoad,
  type DayLoad,
  dayStartsMax,
  worstCollisions,
} from '#domain/schedule/day-load.ts';
import { offReasons } from '#domain/schedule/plan-occurrences.ts';
import { type PreviewedOccurrence, previewOccurrences } from '#domain/schedule/preview-occurrences.ts';
import { searchPattern } from '#domain/search-pattern.ts';
import type { LocalizedText } from '#domain/plugin/payload-schema.ts';
import type { Actor } from '#auth/actor.ts';

const quoted = (text: string): string => `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;

/** Returns a page of the jobs that the portal runs, by title, with schedule, status and newest run. */
export async function listPluginJobs(
  { client, tenantId }: Actor,
  {
    pluginId,
    isEnabled,
    search = '',
    position = null,
    size = 50,
  }: {
    pluginId?: string | undefined;
    isEnabled?: boolean | undefined;
    search?: string | undefined;
    position?: PagePosition<TitlePageCursor> | null;
    size?: number;
  } = {},
): Promise<Page<PluginJob, TitlePageCursor>> {
  const isBackwards = position?.direction === 'before';
  const ordered = () => {
    let query = client.from('plugin_job_overview').select(pluginJobColumns).eq('tenant_id', tenantId);
    if (pluginId !== undefined) query = query.eq('plugin_id', pluginId);
    if (isEnabled !== undefined) query = query.eq('is_enabled', isEnabled);
    const pattern = searchPattern(search);
    if (pattern !== null) query = query.like('name_text', pattern);
    return query
      .order('title', { ascending: !isBackwards })
      .order('job_id', { ascending: !isBackwards })
      .limit(size + 1);
  };
  const read = async () => {
    if (position === null) return unwrap(await ordered());
    const { title, id } = position.cursor;
    const beyond = isBackwards ? 'lt' : 'gt';
    // Two reads, because a title can contain characters that are special in an `or` filter.
    const [sameTitle, otherTitles] = await Promise.all([
      ordered().eq('title', title).filter('job_id', beyond, id),
      ordered().filter('title', beyond, title),
    ]);
    return [...unwrap(sameTitle), ...unwrap(otherTitles)].slice(0, size + 1);
  };
  const rows = await read();
  const jobs = await markLongRuns({ client, tenantId }, rows.map(toPluginJob));
  return cutPage(jobs, size, position, (job) => ({ title: job.storedTitle, id: job.jobId }));
}

/** Marks the newest runs that take too long. Reads only those that are running. */
async function markLongRuns(
  { client, tenantId }: Pick<Actor, 'client' | 'tenantId'>,
  jobs: readonly PluginJob[],
): Promise<PluginJob[]> {
  const running = jobs.flatMap(({ latestRun }) => (latestRun?.state === 'running' ? [latestRun.id] : []));
  if (running.length === 0) return [...jobs];
  const rows = unwrap(
    await client.from('runs').select(runSummaryColumns).eq('tenant_id', tenantId).in('id', running),
  );
  const long = new Set(
    rows
      .map((row) => toRunSummary(row))
      .filter((run) => run.isRunningLong)
      .map(({ id }) => id),
  );
  return jobs.map((job) =>
    job.latestRun && long.has(job.latestRun.id)
      ? { ...job, latestRun: { ...job.latestRun, isRunningLong: true } }
      : job,
  );
}

/** @throws NotFoundError for another tenant's job, too, and for an external job */
export async function getPluginJob({ client, tenantId }: Actor, jobId: string): Promise<PluginJob> {
  const row = unwrapMaybe(
    await client
      .from('plugin_job_overview')
      .select(pluginJobColumns)
      .eq('tenant_id', tenantId)
      .eq('job_id', jobId)
      .maybeSingle(),
  );
  if (!row) throw new NotFoundError('Job not found');
  return toPluginJob(row);
}

/** An instant of a job's schedule with its outcome; consecutive instants with the same reason share a row. */
export interface Occurrence {
  id: string;
  nominalAt: string;
  throughNominalAt: string;
  count: number;
  dueAt: string;
  state: string;
  reason: string | null;
  /** Since when and by whom it was off, and until when (null: it still is); null if that is not the reason. */
  off: { since: string; by: string; until: string | null } | null;
  runId: string | null;
}

/** Returns the ledger of a job, newest first. */
export async function listOccurrences(
  { client, tenantId }: Actor,
  { jobId, after, size = 50 }: { jobId: string; after?: InstantPageCursor | undefined; size?: number },
): Promise<{ occurrences: Occurrence[]; next: string | null }> {
  let query = client
    .from('occurrences')
    .select(
      'id, nominal_at, through_nominal_at, instant_count, due_at, state, reason, run_id, jobs(plugin_id)',
    )
    .eq('tenant_id', tenantId)
    .eq('job_id', jobId);
  if (after)
    query = query.lte('nominal_at', after.at).or(`nominal_at.lt.${quoted(after.at)},id.lt.${after.id}`);
  const rows = unwrap(
    await query
      .order('nominal_at', { ascending: false })
      .order('id', { ascending: false })
      .limit(size + 1),
  );
  const shown = rows.slice(0, size);
  const offPeriods = await listOffPeriods(
    { client, tenantId },
    { jobId, pluginId: shown[0]?.jobs.plugin_id ?? null },
    shown.filter((row) => offReasons.some((reason) => reason === row.reason)).at(-1)?.nominal_at,
  );
  const occurrences = shown.map((row) => ({
    id: row.id,
    nominalAt: toInstant(row.nominal_at),
    throughNominalAt: toInstant(row.through_nominal_at),
    count: row.instant_count,
    dueAt: toInstant(row.due_at),
    state: row.state,
    reason: row.reason,
    off: findOffPeriod(offPeriods, row),
    runId: row.run_id,
  }));
  const last = occurrences.at(-1);
  const next =
    rows.length > size && last ? formatInstantPageCursor({ at: last.nominalAt, id: last.id }) : null;
  return { occurrences, next };
}

const collisionsShown = 3;
const collisionNamesMax = 4;

interface OffPeriodRow {
  reason: string;
  since: string;
  since_by: string;
  until: string | null;
}

/** Returns when the job, its plugin or all schedules were off since the instant, oldest first; none without an instant. */
async function listOffPeriods(
  { client, tenantId }: Pick<Actor, 'client' | 'tenantId'>,
  { jobId, pluginId }: { jobId: string; pluginId: string | null },
  from: string | undefined,
): Promise<OffPeriodRow[]> {
  if (from === undefined) return [];
  const subjects = [jobId, tenantId, ...(pluginId === null ? [] : [pluginId])];
  return unwrap(
    await client
      .from('off_periods')
      .select('reason, since, since_by, until')
      .eq('tenant_id', tenantId)
      .in('subject_id', subjects)
      .or(`until.is.null,until.gte.${quoted(from)}`)
      .order('since')
      .limit(1_000),
  );
}

/** An instant that was due shortly before the switch, too, did not run because of it. */
function findOffPeriod(
  periods: readonly OffPeriodRow[],
  row: { reason: string | null; through_nominal_at: string },
): Occurrence['off'] {
  const through = new Date(row.through_nominal_at);
  const found = periods.find(
    ({ reason, until }) => reason === row.reason && (until === null || new Date(until) >= through),
  );
  return found
    ? { since: toInstant(found.since), by: found.since_by, until: found.until && toInstant(found.until) }
    : null;
}

/** A job's instants within a day. */
export interface TimelineJob {
  jobId: string;
  title: LocalizedText;
  instants: PreviewedOccurrence[];
  /** There are more instants than listed: the job runs all the time, so its collisions are not counted. */
  isCut: boolean;
}

interface Span {
  from: Date;
  until: Date;
}

/** What a company's schedules start within a period of at most a day. */
export interface Timeline {
  /** All jobs that are due. */
  jobCount: number;
  /** The 12 jobs that are due first. */
  jobs: TimelineJob[];
  /** What all jobs start. */
  load: DayLoad;
  /** How many minutes have several jobs, and the three with the most. */
  collisionCount: number;
  collisions: (Omit<Collision, 'jobIds'> & { titles: LocalizedText[] })[];
}

/** The state of a company's scheduler. */
export async function readSchedulerStatus({ client, tenantId }: Actor): Promise<SchedulerStatus> {
  return readSchedulerStatusRow(client, tenantId);
}

/** A run that a worker executes. */
export interface RunningRun {
  runId: string;
  jobId: string;
  startedAt: string;
}

/** Returns the portal's own runs that are running, the newest first: of one job, or of the company. */
export async function listRunningRuns({ client, tenantId }: Actor, jobId?: string): Promise<RunningRun[]> {
  // Without a finish, they are found among the unfinished ones; with an order, the plan could read the whole history.
  let query = client
    .from('runs')
    .select('id, job_id, started_or_queued_at')
    .eq('tenant_id', tenantId)
    .eq('state', 'running')
    .neq('trigger', 'report')
    .is('finished_at', null);
  if (jobId !== undefined) query = query.eq('job_id', jobId);
  return unwrap(await query)
    .map((row) => ({ runId: row.id, jobId: row.job_id, startedAt: toInstant(row.started_or_queued_at) }))
    .toSorted((a, b) => b.startedAt.localeCompare(a.startedAt) || b.runId.localeCompare(a.runId));
}

/**
 * Returns what the page shows around the list of schedules: the scheduler's status, plugin names, and what starts
 * within at most a day.
 */
export async function readSchedulesOverview(
  actor: Actor,
  span: Span | null,
): Promise<Pick<SchedulesOverview, 'status' | 'plugins'> & { timeline: Timeline | null }> {
  const { status, plugins, day } = await readSchedulesOverviewRow(actor.client, actor.tenantId, span?.until);
  return { status, plugins, timeline: span && day && (await timelineOf(actor, day, span)) };
}

async function timelineOf(actor: Actor, day: DueDay, span: Span): Promise<Timeline> {
  const load = countDayLoad(day.groups, day.others, span);
  const collisions = worstCollisions(load, day.groups, {
    count: collisionsShown,
    namesMax: collisionNamesMax,
  });
  const titles = await readTitles(actor, [...new Set(collisions.flatMap(({ jobIds }) => jobIds))]);
  return {
    jobCount: day.jobCount,
    jobs: day.first.flatMap((job) => instantsOf(job, span) ?? []),
    load: { ...load, isAtLeast: load.isAtLeast || day.otherJobCount > 0 },
    collisionCount: load.jobs.filter((count) => count > 1).length,
    collisions: collisions.map(({ jobIds, ...collision }) => ({
      ...collision,
      titles: jobIds.flatMap((id) => titles.get(id) ?? []),
    })),
  };
}

async function readTitles(
  { client, tenantId }: Actor,
  jobIds: readonly string[],
): Promise<Map<string, LocalizedText>> {
  if (jobIds.length === 0) return new Map();
  const rows = unwrap(
    await client
      .from('jobs')
      .select('id, title, titles')
      .eq('tenant_id', tenantId)
      .in('id', [...jobIds]),
  );
  return new Map(rows.map(({ id, title, titles }) => [id, toLocalizedText(title, titles)]));
}

function instantsOf(
  { jobId, title, scheduleId, when, nextNominalAt }: DueJob,
  { from, until }: Span,
): TimelineJob | null {
  if (!when) return null;
  // The next instant is the first one that no tick has processed.
  const first = new Date(nextNominalAt).getTime();
  const listed = previewOccurrences({
    scheduleId,
    schedule: when.schedule,
    policies: when.policies,
    from: new Date(Math.max(first, from.getTime() - 86_400_000) - 1),
    count: dayStartsMax + 1,
    until,
  });
  const instants = listed.filter(({ dueAt }) => dueAt >= from);
  const isCut = listed.length > dayStartsMax;
  if (instants.length === 0 && !isCut) return null;
  return { jobId, title, instants: instants.slice(0, dayStartsMax), isCut };
}
