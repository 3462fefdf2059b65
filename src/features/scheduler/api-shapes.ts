import type { PluginJob } from '#data/plugin-job-row.ts';
import type { SchedulerStatus } from '#data/schedules-overview.ts';
import { countLiveWorkers } from '#domain/portal-health.ts';
import { textIn } from '#domain/plugin/payload-schema.ts';
import type { Schedule } from '#domain/schedule/schedule.ts';
import type { RunningRun } from '#features/scheduler/queries.ts';
import type { SchedulerJob, SchedulerStatusAnswer } from './operations.ts';

/** Describes a schedule in one line: a cron expression, or a similar short text for the other types. */
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

/**
 * A job in the API's format.
 * @param running the runs that are running, the newest first
 */
export function toSchedulerJob(job: PluginJob, running: readonly RunningRun[]): SchedulerJob {
  const current = running.find(({ jobId }) => jobId === job.jobId);
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
    off_reason: job.off?.reason ?? null,
    off_since: job.off?.since ?? null,
    is_running: current !== undefined,
    current_execution_id: current?.runId ?? null,
    last_run_at: job.latestRun?.at ?? null,
    last_status: job.status?.lastStatus ?? null,
    next_run_at: job.schedule?.nextDueAt ?? null,
    plugin_id: job.plugin.id,
  };
}

const inWholeSeconds = (seconds: number) => Math.round(seconds * 10) / 10;

/** The scheduler's status in the API's format. */
export function toSchedulerStatusAnswer(
  status: SchedulerStatus,
  running: readonly RunningRun[],
): SchedulerStatusAnswer {
  return {
    is_enabled: status.isEnabled,
    jobs: status.jobCount,
    enabled_jobs: status.enabledJobCount,
    running_jobs: status.queue.runningCount,
    running: running
      .slice(0, 100)
      .map(({ jobId, runId, startedAt }) => ({ job_id: jobId, execution_id: runId, started_at: startedAt })),
    waiting_jobs: status.queue.waitingCount,
    oldest_waiting_seconds: inWholeSeconds(status.queue.oldestWaitingSeconds),
    next_run_at: status.nextDueAt,
    last_tick_at: status.lastTickAt,
    last_tick_age_seconds: status.tickAgeSeconds === null ? null : inWholeSeconds(status.tickAgeSeconds),
    workers: countLiveWorkers(status),
  };
}
