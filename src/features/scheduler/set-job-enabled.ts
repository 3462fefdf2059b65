import type { Json } from '#data/database.types.ts';
import { type ScheduleColumns, toSchedule, toSchedulePolicies } from '#data/schedule-row.ts';
import { unwrap } from '#data/unwrap.ts';
import { ConflictError } from '#domain/errors.ts';
import { planOccurrences } from '#domain/schedule/plan-occurrences.ts';
import type { AdminActor } from '#auth/actor.ts';
import { findPluginJob } from '#features/scheduler/find-plugin-job.ts';

type StoredSchedule = ScheduleColumns & { id: string; updated_at: string; last_nominal_at: string | null };

/** Where a disabled schedule continues, and which instants it missed. */
interface Resumption {
  nextNominalAt: Date | null;
  nextDueAt: Date | null;
  missed: { nominalAt: Date; throughNominalAt: Date; count: number; dueAt: Date } | null;
}

function planResumption(stored: StoredSchedule, now: Date): Resumption {
  const schedule = toSchedule(stored);
  const policies = toSchedulePolicies(stored);
  const lastNominalAt = stored.last_nominal_at === null ? null : new Date(stored.last_nominal_at);
  const plan = planOccurrences({
    scheduleId: stored.id,
    schedule,
    policies: { ...policies, catchUpAfterEnable: false },
    lastNominalAt,
    startAt: new Date(stored.updated_at),
    now,
    isEnabled: false,
    isGloballyEnabled: true,
    enabledAt: null,
    misfireGraceSeconds: 0,
  });
  const first = plan.occurrences[0];
  if (first && policies.catchUpAfterEnable) {
    // The next tick handles all of them by the misfire policy.
    return { nextNominalAt: first.nominalAt, nextDueAt: first.dueAt, missed: null };
  }
  return {
    nextNominalAt: plan.nextNominalAt,
    nextDueAt: plan.nextDueAt,
    missed: first
      ? {
          nominalAt: first.nominalAt,
          throughNominalAt: plan.lastNominalAt ?? first.nominalAt,
          count: plan.occurrences.reduce(
            (sum, one) => sum + (one.decision === 'skip_range' ? one.count : 1),
            0,
          ),
          dueAt: first.dueAt,
        }
      : null,
  };
}

/**
 * Enables or disables a job that the portal runs (admins). Disabled: no next instant; runs in progress continue.
 * Enabled: continues from now; missed instants get one ledger row `skipped: disabled`, or are caught up if the schedule
 * says so [rule 22: switching off]. Returns whether anything changed; no change is not an error.
 * @throws NotFoundError, ConflictError (plugin_job, schedule_broken), ForbiddenError
 */
export async function setJobEnabled(
  actor: AdminActor,
  { jobId, isEnabled }: { jobId: string; isEnabled: boolean },
  now: Date = new Date(),
): Promise<boolean> {
  for (let attempt = 1; ; attempt += 1) {
    const { schedule: stored } = await findPluginJob(actor, jobId);
    const resumption = isEnabled && stored ? planSafely(stored, now) : null;
    const missed: Json | undefined = resumption?.missed
      ? {
          nominal_at: resumption.missed.nominalAt.toISOString(),
          through_nominal_at: resumption.missed.throughNominalAt.toISOString(),
          instant_count: resumption.missed.count,
          due_at: resumption.missed.dueAt.toISOString(),
        }
      : undefined;
    const answer = await actor.client.rpc('set_job_enabled', {
      p_job_id: jobId,
      p_is_enabled: isEnabled,
      p_schedule_updated_at: stored?.updated_at,
      p_next_nominal_at: resumption?.nextNominalAt?.toISOString(),
      p_next_due_at: resumption?.nextDueAt?.toISOString(),
      p_missed: missed,
    });
    try {
      return unwrap(answer);
    } catch (error) {
      // The schedule was changed in the meantime: plan again from its current state.
      if (!(error instanceof ConflictError) || attempt === 3) throw error;
    }
  }
}

function planSafely(stored: StoredSchedule, now: Date): Resumption {
  try {
    return planResumption(stored, now);
  } catch {
    throw new ConflictError('The stored schedule cannot be read: save it again', 'schedule_broken');
  }
}
