import { z } from 'zod';
import type { RequestClient } from '#data/clients/request.ts';
import { toInstant } from './database-instant.ts';
import { toLocalizedText } from '#data/localized-text.ts';
import { type JobSchedule, toWhen } from '#data/plugin-job-row.ts';
import { portalHealthAnswer, toPortalHealth } from '#data/portal-health.ts';
import { toBlackouts, toSchedule } from '#data/schedule-row.ts';
import { unwrap } from '#data/unwrap.ts';
import type { LocalizedText } from '#domain/plugin/payload-schema.ts';
import type { PortalHealth } from '#domain/portal-health.ts';
import { compileCron } from '#domain/schedule/cron-expression.ts';
import type { StartGroup } from '#domain/schedule/day-load.ts';
import { offsetSpanAt } from '#domain/schedule/time-zone.ts';

/** The state of a company's scheduler: the global switch, its jobs, the next due instant, and the portal's health. */
export interface SchedulerStatus extends Omit<PortalHealth, 'databaseMs'> {
  isEnabled: boolean;
  /** Since when all schedules are stopped, and who stopped them (empty for the portal itself); null if they are not. */
  off: { since: string; by: string } | null;
  jobCount: number;
  enabledJobCount: number;
  nextDueAt: string | null;
}

/** A job with the part of its schedule that decides when it starts. */
export interface DueJob {
  jobId: string;
  title: LocalizedText;
  scheduleId: string;
  when: JobSchedule['when'];
  nextNominalAt: string;
}

/** What a company's schedules start before an instant. */
export interface DueDay {
  /** All jobs that are due. */
  jobCount: number;
  /** Jobs that start at the same instants, the most common groups first. */
  groups: StartGroup[];
  /** The next starts of the jobs in rarer groups, whose later starts are unknown. */
  others: { at: Date; jobCount: number }[];
  otherJobCount: number;
  /** The 12 jobs that are due first. */
  first: DueJob[];
}

/** What the page shows around the list of schedules. */
export interface SchedulesOverview {
  status: SchedulerStatus;
  /** Ordered by name, at most 500. */
  plugins: { id: string; name: LocalizedText }[];
  /** Null if no day was requested. */
  day: DueDay | null;
}

const statusAnswer = portalHealthAnswer
  .extend({
    is_enabled: z.boolean(),
    job_count: z.number(),
    enabled_job_count: z.number(),
    off_since: z.string().nullable(),
    off_by: z.string().nullable(),
    next_due_at: z.string().nullable(),
  })
  .transform((row): SchedulerStatus => ({
    isEnabled: row.is_enabled,
    off: row.off_since === null ? null : { since: toInstant(row.off_since), by: row.off_by ?? '' },
    jobCount: row.job_count,
    enabledJobCount: row.enabled_job_count,
    nextDueAt: row.next_due_at === null ? null : toInstant(row.next_due_at),
    ...toPortalHealth(row),
  }));

const dueAnswer = z
  .object({
    job_id: z.string(),
    title: z.string(),
    titles: z.json(),
    job_created_at: z.string(),
    schedule_id: z.string(),
    schedule_type: z.string(),
    cron_expression: z.string().nullable(),
    time_zone: z.string(),
    interval_seconds: z.number().nullable(),
    anchor_at: z.string().nullable(),
    run_at: z.string().nullable(),
    misfire_policy: z.string(),
    misfire_limit: z.number(),
    overlap_policy: z.string(),
    spread_seconds: z.number(),
    blackouts: z.json(),
    catch_up_after_enable: z.boolean(),
    next_nominal_at: z.string(),
  })
  .transform((row): DueJob => ({
    jobId: row.job_id,
    title: toLocalizedText(row.title, row.titles),
    scheduleId: row.schedule_id,
    when: toWhen(row),
    nextNominalAt: toInstant(row.next_nominal_at),
  }));

const groupAnswer = z
  .tuple([
    z.string(),
    z.string().nullable(),
    z.string(),
    z.number().nullable(),
    z.string().nullable(),
    z.string().nullable(),
    z.json(),
    z.string(),
    z.string(),
    z.number(),
    z.array(z.string()),
  ])
  .transform(
    ([
      schedule_type,
      cron_expression,
      time_zone,
      interval_seconds,
      anchor_at,
      run_at,
      blackouts,
      nominalAt,
      dueAt,
      jobCount,
      jobIds,
    ]): StartGroup | null => {
      try {
        const nextNominalAt = new Date(nominalAt);
        const schedule = toSchedule({
          schedule_type,
          cron_expression,
          time_zone,
          interval_seconds,
          anchor_at,
          run_at,
        });
        if (schedule.type === 'cron') {
          // Only using them shows whether they are valid.
          compileCron(schedule.expression);
          offsetSpanAt(schedule.timeZone, nextNominalAt.getTime());
        }
        return {
          schedule,
          blackouts: toBlackouts(blackouts),
          nextNominalAt,
          offsetMs: Date.parse(dueAt) - nextNominalAt.getTime(),
          jobCount,
          jobIds,
        };
      } catch {
        // It starts nothing until it is saved again.
        return null;
      }
    },
  );

const dayAnswer = z
  .object({
    job_count: z.number(),
    groups: z.array(groupAnswer),
    others: z.array(z.tuple([z.string(), z.number()])),
    other_job_count: z.number(),
    first: z.array(dueAnswer),
  })
  .transform((row): DueDay => ({
    jobCount: row.job_count,
    groups: row.groups.filter((group) => group !== null),
    others: row.others.map(([at, jobCount]) => ({ at: new Date(at), jobCount })),
    otherJobCount: row.other_job_count,
    first: row.first,
  }));

const overviewAnswer = z.object({
  status: statusAnswer,
  plugins: z.array(
    z
      .object({ id: z.string(), name: z.string(), names: z.json() })
      .transform(({ id, name, names }) => ({ id, name: toLocalizedText(name, names) })),
  ),
  day: dayAnswer.nullable(),
});

/** Reads the state of a company's scheduler. */
export async function readSchedulerStatusRow(
  client: RequestClient,
  tenantId: string,
): Promise<SchedulerStatus> {
  return statusAnswer.parse(unwrap(await client.rpc('read_scheduler_status', { p_tenant_id: tenantId })));
}

/** @param dueUntil if omitted, no day is returned */
export async function readSchedulesOverviewRow(
  client: RequestClient,
  tenantId: string,
  dueUntil: Date | undefined,
): Promise<SchedulesOverview> {
  return overviewAnswer.parse(
    unwrap(
      await client.rpc('read_schedules_overview', {
        p_tenant_id: tenantId,
        p_due_until: dueUntil?.toISOString(),
      }),
    ),
  );
}
