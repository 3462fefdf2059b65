import { randomUUID } from 'node:crypto';
import { fromSchedule, nextInstant, type ScheduleColumns } from '#data/schedule-row.ts';
import { unwrap } from '#data/unwrap.ts';
import { ConflictError, InvalidInputError } from '#domain/errors.ts';
import { parsePolicies } from '#domain/schedule/parse-policies.ts';
import { parseSchedule } from '#domain/schedule/parse-schedule.ts';
import type { Schedule, SchedulePolicies } from '#domain/schedule/schedule.ts';
import type { AdminActor } from '#auth/actor.ts';
import { findPluginJob } from '#features/scheduler/find-plugin-job.ts';

/**
 * Parses a schedule and its policies from untrusted input.
 * @throws InvalidInputError with a detail for each invalid field, for example `schedule.expression`
 */
export function readScheduleInput(
  { schedule: given, policies: givenPolicies = {} }: { schedule: unknown; policies?: unknown },
  now: Date,
): { schedule: Schedule; policies: SchedulePolicies } {
  const policies = parsePolicies(givenPolicies);
  const misfire = policies.ok ? policies.policies.misfire : 'once';
  const schedule = parseSchedule(given, { now, misfire });
  if (policies.ok && schedule.ok) return { schedule: schedule.schedule, policies: policies.policies };
  throw new InvalidInputError('The schedule is invalid', [
    ...(schedule.ok
      ? []
      : schedule.problems.map(({ field, sentence }) => ({
          field: field === 'schedule' ? field : `schedule.${field}`,
          problem: sentence,
        }))),
    ...(policies.ok
      ? []
      : policies.problems.map(({ field, sentence }) => ({
          field: field ? `policies.${field}` : 'policies',
          problem: sentence,
        }))),
  ]);
}

/**
 * Creates or replaces a job's schedule (admins). What was due until now is decided by the schedule as it was, and saving
 * without a change changes nothing [rule 41: nothing due is lost]; the database holds both. The audit log records the change.
 * @param schedule as `parseSchedule` reads it @param policies as `parsePolicies` reads it
 * @returns the next instant; null if the job is disabled or the schedule has ended
 * @throws InvalidInputError that names the fields, NotFoundError, ConflictError (plugin_job), ForbiddenError
 */
export async function saveSchedule(
  actor: AdminActor,
  { jobId, ...given }: { jobId: string; schedule: unknown; policies?: unknown },
  now: Date = new Date(),
): Promise<{ scheduleId: string; nextNominalAt: Date | null; nextDueAt: Date | null }> {
  const { schedule: parsed, policies } = readScheduleInput(given, now);
  for (let attempt = 1; ; attempt += 1) {
    const { isEnabled, schedule: stored } = await findPluginJob(actor, jobId);
    const scheduleId = stored?.id ?? randomUUID();
    const schedule = stored ? keepAnchor(parsed, given.schedule, stored) : parsed;
    const row = { ...fromSchedule(schedule, policies), updated_at: now.toISOString() };
    const { client, tenantId } = actor;
    const table = client.from('schedules');
    const columns = 'next_nominal_at';
    const answer = stored
      ? await table.update(row).eq('tenant_id', tenantId).eq('id', scheduleId).select(columns)
      : await table.insert({ ...row, id: scheduleId, tenant_id: tenantId, job_id: jobId }).select(columns);
    try {
      const [saved] = unwrap(answer);
      if (saved) {
        const place = isEnabled ? saved.next_nominal_at : null;
        return { scheduleId, ...nextInstant(scheduleId, { schedule, policies }, place) };
      }
    } catch (error) {
      if (!(error instanceof ConflictError)) throw error;
    }
    // Another user created or deleted the schedule in the meantime.
    if (attempt === 3) throw new ConflictError('Someone else changed the schedule at the same time');
  }
}

/** An interval without `anchorAt` starts now, but one that is saved again without a change keeps its pace. */
function keepAnchor(schedule: Schedule, given: unknown, stored: ScheduleColumns): Schedule {
  const hasAnchor = typeof given === 'object' && given !== null && 'anchorAt' in given;
  const isSame = schedule.type === 'interval' && schedule.seconds === stored.interval_seconds;
  if (hasAnchor || !isSame || stored.anchor_at === null) return schedule;
  return { ...schedule, anchorAt: new Date(stored.anchor_at) };
}
