import { type PreviewedOccurrence, previewOccurrences } from '#domain/schedule/preview-occurrences.ts';
import { readScheduleInput } from '#features/scheduler/save-schedule.ts';

const countMax = 50;

/**
 * The next instants of a schedule that has not been saved, as the tick would decide them.
 * @param scheduleId of the schedule that it is to replace, because the spread's offset is made from it
 * @throws InvalidInputError that names the fields, as saving would
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
  // A one-shot in the past that its policy lets in is due at once.
  const from = schedule.type === 'one_shot' && schedule.at <= now ? new Date(schedule.at.getTime() - 1) : now;
  return previewOccurrences({ scheduleId, schedule, policies, from, count: Math.min(count, countMax) });
}
