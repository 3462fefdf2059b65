import { type PreviewedOccurrence, previewOccurrences } from '#domain/schedule/preview-occurrences.ts';
import { readScheduleInput } from '#features/scheduler/save-schedule.ts';

const countMax = 50;

/**
 * Returns the next instants of an unsaved schedule, as a tick would decide them.
 * @param scheduleId id of the schedule to replace, because the spread's offset depends on it
 * @throws InvalidInputError with the same fields as saving
 */
export function previewSchedule(
  {
    count = 5,
    scheduleId = '',
    ...given
  }: { schedule: unknown; policies?: unknown; count?: number; scheduleId?: string | undefined },
  now: Date = new Date(),
): PreviewedOccurrence[] {
  const { schedule, policies } = readScheduleInput(given, now);
  // A one-shot in the past is due at once if its policy allows it.
  const from = schedule.type === 'one_shot' && schedule.at <= now ? new Date(schedule.at.getTime() - 1) : now;
  return previewOccurrences({ scheduleId, schedule, policies, from, count: Math.min(count, countMax) });
}
