import { z } from 'zod';
import type { PluginJob } from '#data/plugin-job-row.ts';
import { countLiveWorkers } from '#domain/portal-health.ts';
import { textIn } from '#domain/plugin/payload-schema.ts';
import { parseInstantPageCursor, type TitlePageCursor } from '#domain/page-cursor.ts';
import type { Schedule } from '#domain/schedule/schedule.ts';
import type { SchedulerStatus } from '#data/schedules-overview.ts';

export const enabledBody = z.object({ enabled: z.boolean() });

const limit = (byDefault: number, max: number) =>
  z.coerce
    .number()
    .int()
    .min(1)
    .default(byDefault)
    .transform((given) => Math.min(given, max));

/** A place in the list of jobs as it stands in an address. */
export function formatTitlePageCursor({ title, id }: TitlePageCursor): string {
  return Buffer.from(JSON.stringify([title, id]), 'utf8').toString('base64url');
}

const titleCursor = z.tuple([z.string().refine((title) => !title.includes('\0')), z.guid()]);

function parseTitlePageCursor(text: string): TitlePageCursor | null {
  try {
    const [title, id] = titleCursor.parse(JSON.parse(Buffer.from(text, 'base64url').toString('utf8')));
    return { title, id };
  } catch {
    return null;
  }
}

const cursorOf = <Cursor>(parse: (text: string) => Cursor | null) =>
  z
    .string()
    .transform((text, context) => {
      const cursor = parse(text);
      if (cursor === null) context.addIssue('is not a place that a page before has named');
      return cursor ?? undefined;
    })
    .optional();

export const jobsQuery = z.object({
  limit: limit(100, 500),
  after: cursorOf(parseTitlePageCursor),
  enabled: z
    .enum(['true', 'false'])
    .transform((text) => text === 'true')
    .optional(),
});

export const executionsQuery = z.object({ limit: limit(20, 100), after: cursorOf(parseInstantPageCursor) });

/** A schedule in one line: the cron expression, or words of the same kind for the other types. */
function toScheduleText(schedule: Schedule): string {
  switch (schedule.type) {
    case 'cron':
      return schedule.expression;
    case 'interval':
      return `every ${schedule.seconds} seconds`;
    case 'one_shot':
      return `at ${schedule.at.toISOString()}`;
  }
}

/** A job as [contract: scheduler] has it, with a little more for whoever wants it. */
export function toSchedulerJob(job: PluginJob) {
  const when = job.schedule?.when;
  return {
    id: job.jobId,
    name: job.storedTitle,
    titles: typeof job.title === 'string' ? null : job.title,
    description: job.description === null ? null : textIn(job.description, 'ja'),
    job_type: job.name,
    schedule: when ? toScheduleText(when.schedule) : null,
    schedule_type: when?.schedule.type ?? null,
    time_zone: when?.schedule.type === 'cron' ? when.schedule.timeZone : null,
    is_enabled: job.isEnabled,
    last_run_at: job.latestRun?.at ?? null,
    last_status: job.status?.lastStatus ?? null,
    next_run_at: job.schedule?.nextDueAt ?? null,
    plugin_id: job.plugin.id,
  };
}

const inWholeSeconds = (seconds: number) => Math.round(seconds * 10) / 10;

/** The scheduler's status as [contract: scheduler] has it. */
export function toSchedulerStatusAnswer(status: SchedulerStatus) {
  return {
    is_enabled: status.isEnabled,
    jobs: status.jobCount,
    enabled_jobs: status.enabledJobCount,
    running_jobs: status.queue.runningCount,
    waiting_jobs: status.queue.waitingCount,
    oldest_waiting_seconds: inWholeSeconds(status.queue.oldestWaitingSeconds),
    next_run_at: status.nextDueAt,
    last_tick_at: status.lastTickAt,
    last_tick_age_seconds: status.tickAgeSeconds === null ? null : inWholeSeconds(status.tickAgeSeconds),
    workers: countLiveWorkers(status),
  };
}
