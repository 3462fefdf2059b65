import { toSchedule, toSchedulePolicies } from '#data/schedule-row.ts';
import type { DueSchedule, PlannedInstants, SchedulePlan } from '#data/scheduler.ts';
import { type PlannedOccurrence, planOccurrences } from '#domain/schedule/plan-occurrences.ts';

/**
 * An occurrence that starts later than this was missed, and its misfire policy decides. Above the minute that lies between the
 * ticks of a serverless portal, so that a punctual one misses nothing.
 */
const misfireGraceSeconds = 120;

/** How soon a schedule is looked at again that is due but waits for the global switch. */
const heldMs = 30_000;

/**
 * What a tick is to do with a due schedule. Everything at or after its next instant is undecided, so that
 * instant alone says where to go on.
 * @throws RangeError or TypeError for a row that cannot be understood
 */
export function planSchedule(due: DueSchedule, now: Date): SchedulePlan {
  const plan = planOccurrences({
    scheduleId: due.id,
    schedule: toSchedule(due),
    policies: toSchedulePolicies(due),
    lastNominalAt: null,
    startAt: new Date(new Date(due.nextNominalAt).getTime() - 1),
    now,
    isEnabled: due.isEnabled,
    isGloballyEnabled: due.isTenantEnabled,
    enabledAt: due.tenantEnabledAt === null ? null : new Date(due.tenantEnabledAt),
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

/** For a schedule that cannot be planned: its ledger says so, and nothing is due until a person saves it again. */
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
): Pick<SchedulePlan, 'scheduleId' | 'expectedNominalAt' | 'expectedUpdatedAt'> {
  return { scheduleId: due.id, expectedNominalAt: due.nextNominalAt, expectedUpdatedAt: due.updatedAt };
}

/** Consecutive instants that do not run for one reason share a row of the ledger. */
function joinSkipped(occurrences: readonly PlannedOccurrence[]): PlannedInstants[] {
  const joined: PlannedInstants[] = [];
  for (const occurrence of occurrences) {
    const nominalAt = occurrence.nominalAt.toISOString();
    const isRange = occurrence.decision === 'skip_range';
    const throughNominalAt = isRange ? occurrence.untilNominalAt.toISOString() : nominalAt;
    const count = isRange ? occurrence.count : 1;
    const reason = occurrence.decision === 'run' ? null : occurrence.reason;
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
        isMadeUp: occurrence.decision === 'run' && occurrence.isMadeUp,
      });
    }
  }
  return joined;
}
