import { findBlackout } from './blackout.ts';
import { nextNominal } from './next-occurrence.ts';
import type { Schedule, SchedulePolicies } from './schedule.ts';
import { dueInstant, spreadOffsetSeconds } from './spread.ts';

export interface PreviewedOccurrence {
  nominalAt: Date;
  /** The nominal instant plus the spread offset: when the occurrence is due [rule 23: spread]. */
  dueAt: Date;
  decision: 'run' | 'skip';
  reason: 'blackout' | null;
}

/**
 * Returns the next `count` occurrences strictly later than `from`, as an on-time tick would decide them: for the schedule
 * form, the schedule's page and the day's timeline. Returns fewer if the schedule ends, or until the first one that is due at
 * `until` or later.
 */
export function previewOccurrences({
  scheduleId,
  schedule,
  policies,
  from,
  count,
  until,
}: {
  scheduleId: string;
  schedule: Schedule;
  policies: Pick<SchedulePolicies, 'spreadSeconds' | 'blackouts'>;
  from: Date;
  count: number;
  until?: Date;
}): PreviewedOccurrence[] {
  const offsetSeconds = spreadOffsetSeconds(scheduleId, schedule, policies.spreadSeconds);
  const previewed: PreviewedOccurrence[] = [];
  let nominalAt = nextNominal(schedule, from);
  while (nominalAt && previewed.length < count) {
    const startAt = dueInstant(nominalAt, offsetSeconds);
    if (until && startAt >= until) break;
    const isBlackedOut = findBlackout(policies.blackouts, startAt) !== null;
    previewed.push({
      nominalAt,
      dueAt: startAt,
      decision: isBlackedOut ? 'skip' : 'run',
      reason: isBlackedOut ? 'blackout' : null,
    });
    nominalAt = nextNominal(schedule, nominalAt);
  }
  return previewed;
}
