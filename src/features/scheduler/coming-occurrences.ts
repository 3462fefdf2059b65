import type { PluginJob } from '#data/plugin-job-row.ts';
import { type PreviewedOccurrence, previewOccurrences } from '#domain/schedule/preview-occurrences.ts';

/** Returns the next instants of a job's schedule, as a tick would decide them; empty while something is off. */
export function readComingOccurrences(
  { schedule }: Pick<PluginJob, 'schedule'>,
  now: Date,
  count = 5,
): PreviewedOccurrence[] {
  if (!schedule?.when || schedule.nextNominalAt === null) return [];
  const nextAt = new Date(schedule.nextNominalAt);
  return previewOccurrences({
    scheduleId: schedule.id,
    schedule: schedule.when.schedule,
    policies: schedule.when.policies,
    // Includes the next instant itself, even while it waits for its spread.
    from: new Date(Math.max(nextAt.getTime() - 1, now.getTime() - 86_400_000)),
    count,
  });
}
