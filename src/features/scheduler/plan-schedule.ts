import { toSchedule, toSchedulePolicies } from '#data/schedule-row.ts';
import type { DueSchedule, PlannedInstants, SchedulePlan } from '#data/scheduler.ts';
import { type PlannedOccurrence, planOccurrences } from '#domain/schedule/plan-occurrences.ts';

/**
 * An occurrence later than this counts as missed, and its misfire policy decides. Longer than the minute between the
 * ticks of a serverless portal, so that a punctual tick misses nothing.
 */
const misfireGraceSeconds = 120;

/** How soon a schedule that waits to be made up for is checked again while something is switched off. */
const heldMs = 30_000;

/**
 * Decides what a tick does with a due schedule. The next instant marks where to continue: it and everything after it
 * are undecided.
 * @throws RangeError or TypeError for an invalid row
 */
export function planSchedule(due: DueSchedule, now: Date): SchedulePlan {
  const plan = planOccurrences({
    scheduleId: due.id,
    schedule: toSchedule(due),
    policies: toSchedulePolicies(due),
    lastNominalAt: null,
    startAt: new Date(new Date(due.nextNominalAt).getTime() - 1),
    now,
    offPeriods: due.offPeriods,
    supersededAt: due.superseded?.supersededAt ?? null,
    isDeleted: due.superseded?.isDeleted ?? false,
    misfireGraceSeconds,
  });
  const { lastNominalAt, nextNominalAt, nextDueAt } = plan;
  const isHeld = nextDueAt !== null && nextDueAt <= now;
  return {
    ...placeOf(due),
    lastNominalAt: lastNominalAt?.toISOString() ?? null,
    nextNominalAt: nextNominalAt?.toISOString() ?? null,
    nextDueAt: (isHeld ? new Date(now.getTime() + heldMs) : nextDueAt)?.toISOString() ?? null,
    instants: joinSkipped(plan.occurrences),
  };
}

/**
 * Returns the plan for an invalid schedule: a ledger entry says so, and nothing is due until somebody saves the
 * schedule again.
 */
export function planBroken(due: DueSchedule): SchedulePlan {
  return {
    ...placeOf(due),
    lastNominalAt: null,
    nextNominalAt: null,
    nextDueAt: null,
    instants: [
      {
        nominalAt: due.nextNominalAt,
        throughNominalAt: due.nextNominalAt,
        count: 1,
        dueAt: due.nextNominalAt,
        decision: 'skip',
        reason: 'schedule_broken',
      },
    ],
  };
}

function placeOf(
  due: DueSchedule,
): Pick<SchedulePlan, 'scheduleId' | 'supersededId' | 'expectedNominalAt' | 'expectedUpdatedAt'> {
  return {
    scheduleId: due.id,
    supersededId: due.superseded?.id ?? null,
    expectedNominalAt: due.nextNominalAt,
    expectedUpdatedAt: due.updatedAt,
  };
}

/** Consecutive instants that are skipped for the same reason share a row of the ledger. */
function joinSkipped(occurrences: readonly PlannedOccurrence[]): PlannedInstants[] {
  const joined: PlannedInstants[] = [];
  for (const occurrence of occurrences) {
    const nominalAt = occurrence.nominalAt.toISOString();
    const isRun = occurrence.decision === 'run';
    const throughNominalAt = isRun ? nominalAt : occurrence.untilNominalAt.toISOString();
    const count = isRun ? 1 : occurrence.count;
    const reason = isRun ? null : occurrence.reason;
    const last = joined.at(-1);
    if (last && reason !== null && last.reason === reason) {
      last.throughNominalAt = throughNominalAt;
      last.count += count;
    } else {
      joined.push({
        nominalAt,
        throughNominalAt,
        count,
        dueAt: occurrence.dueAt.toISOString(),
        decision: reason === null ? 'run' : 'skip',
        reason,
        isMadeUp: isRun && occurrence.isMadeUp,
      });
    }
  }
  return joined;
}
