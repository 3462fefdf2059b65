import { z } from 'zod';
import type { RequestClient } from '#data/clients/request.ts';
import { toInstant } from './database-instant.ts';
import { toLocalizedText } from '#data/localized-text.ts';
import { type JobSchedule, toWhen } from '#data/plugin-job-row.ts';
import { portalHealthAnswer, toPortalHealth } from '#data/portal-health.ts';
import { unwrap } from '#data/unwrap.ts';
import type { LocalizedText } from '#domain/plugin/payload-schema.ts';
import type { PortalHealth } from '#domain/portal-health.ts';

/** The state of a company's scheduler: the global switch, its jobs, the next due instant, and the portal's health. */
export interface SchedulerStatus extends Omit<PortalHealth, 'databaseMs'> {
  isEnabled: boolean;
  jobCount: number;
  enabledJobCount: number;
  nextDueAt: string | null;
}

/** A job with the part of its schedule that decides when it starts. */
export interface DueJob {
  jobId: string;
  title: LocalizedText;
  pluginName: LocalizedText;
  scheduleId: string;
  when: JobSchedule['when'];
  nextNominalAt: string;
}

/** What the page shows around the list of schedules. */
export interface SchedulesOverview {
  status: SchedulerStatus;
  /** Ordered by name, at most 500. */
  plugins: { id: string; name: LocalizedText }[];
  /** The 1,001 jobs that are due first; empty if no day was requested. */
  due: DueJob[];
}

const statusAnswer = portalHealthAnswer
  .extend({
    is_enabled: z.boolean(),
    job_count: z.number(),
    enabled_job_count: z.number(),
    next_due_at: z.string().nullable(),
  })
  .transform((row): SchedulerStatus => ({
    isEnabled: row.is_enabled,
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
    plugin_name: z.string(),
    plugin_names: z.json(),
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
    pluginName: toLocalizedText(row.plugin_name, row.plugin_names),
    scheduleId: row.schedule_id,
    when: toWhen(row),
    nextNominalAt: toInstant(row.next_nominal_at),
  }));

const overviewAnswer = z.object({
  status: statusAnswer,
  plugins: z.array(
    z
      .object({ id: z.string(), name: z.string(), names: z.json() })
      .transform(({ id, name, names }) => ({ id, name: toLocalizedText(name, names) })),
  ),
  due: z.array(dueAnswer),
});

/** Reads the state of a company's scheduler. */
export async function readSchedulerStatusRow(
  client: RequestClient,
  tenantId: string,
): Promise<SchedulerStatus> {
  return statusAnswer.parse(unwrap(await client.rpc('read_scheduler_status', { p_tenant_id: tenantId })));
}

/** @param dueUntil if omitted, no due jobs are returned */
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
