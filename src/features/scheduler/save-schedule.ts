import { randomUUID } from 'node:crypto';
import { fromSchedule } from '#data/schedule-row.ts';
import { unwrap } from '#data/unwrap.ts';
import { ConflictError, InvalidInputError } from '#domain/errors.ts';
import { nextNominal } from '#domain/schedule/next-occurrence.ts';
import { parsePolicies } from '#domain/schedule/parse-policies.ts';
import { parseSchedule } from '#domain/schedule/parse-schedule.ts';
import type { Schedule, SchedulePolicies } from '#domain/schedule/schedule.ts';
import { dueInstant, spreadOffsetSeconds } from '#domain/schedule/spread.ts';
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

/** A one-shot in the past is due at once if its misfire policy allows it [rule 19: intervals and one-shots]. */
function firstNominal(schedule: Schedule, now: Date): Date | null {
  return schedule.type === 'one_shot' ? schedule.at : nextNominal(schedule, now);
}

/**
 * Creates or replaces a job's schedule (admins). Instants up to and including `now` belong to the old schedule; a
 * disabled job gets no next instant until it is enabled. The audit log records the change.
 * @param schedule as `parseSchedule` reads it @param policies as `parsePolicies` reads it
 * @throws InvalidInputError that names the fields, NotFoundError, ConflictError (plugin_job), ForbiddenError
 */
export async function saveSchedule(
  actor: AdminActor,
  { jobId, ...given }: { jobId: string; schedule: unknown; policies?: unknown },
  now: Date = new Date(),
): Promise<{ scheduleId: string; nextNominalAt: Date | null; nextDueAt: Date | null }> {
  const { schedule, policies } = readScheduleInput(given, now);
  for (let attempt = 1; ; attempt += 1) {
    const { isEnabled, schedule: stored } = await findPluginJob(actor, jobId);
    const scheduleId = stored?.id ?? randomUUID();
    const isOver =
      schedule.type === 'one_shot' &&
      stored?.schedule_type === 'one_shot' &&
      stored.last_nominal_at !== null &&
      new Date(stored.last_nominal_at) >= schedule.at;
    const nominalAt = isEnabled && !isOver ? firstNominal(schedule, now) : null;
    const offsetSeconds = spreadOffsetSeconds(scheduleId, schedule, policies.spreadSeconds);
    const dueAt = nominalAt && dueInstant(nominalAt, offsetSeconds);
    const row = {
      ...fromSchedule(schedule, policies),
      next_nominal_at: nominalAt?.toISOString() ?? null,
      next_due_at: dueAt?.toISOString() ?? null,
      updated_at: now.toISOString(),
    };
    const { client, tenantId } = actor;
    const table = client.from('schedules');
    const answer = stored
      ? await table.update(row).eq('tenant_id', tenantId).eq('id', scheduleId).select('id')
      : await table.insert({ ...row, id: scheduleId, tenant_id: tenantId, job_id: jobId }).select('id');
    try {
      if (unwrap(answer).length > 0) return { scheduleId, nextNominalAt: nominalAt, nextDueAt: dueAt };
    } catch (error) {
      if (!(error instanceof ConflictError)) throw error;
    }
    // Another user created or deleted the schedule in the meantime.
    if (attempt === 3) throw new ConflictError('Someone else changed the schedule at the same time');
  }
}
