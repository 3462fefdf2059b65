import type { Json } from '#data/database.types.ts';
import { parsePolicies } from '#domain/schedule/parse-policies.ts';
import { nextNominal } from '#domain/schedule/next-occurrence.ts';
import type { Schedule, SchedulePolicies } from '#domain/schedule/schedule.ts';
import { dueInstant, spreadOffsetSeconds } from '#domain/schedule/spread.ts';

export const scheduleColumns =
  'schedule_type, cron_expression, time_zone, interval_seconds, anchor_at, run_at, misfire_policy, misfire_limit, overlap_policy, spread_seconds, blackouts, catch_up_after_enable' as const;

/** Columns that say when a job runs. A view and a function return them too, and their types differ in which can be null. */
export interface ScheduleColumns {
  schedule_type: string | null;
  cron_expression: string | null;
  time_zone: string | null;
  interval_seconds: number | null;
  anchor_at: string | null;
  run_at: string | null;
  misfire_policy: string | null;
  misfire_limit: number | null;
  overlap_policy: string | null;
  spread_seconds: number | null;
  blackouts: Json;
  catch_up_after_enable: boolean | null;
}

/**
 * Reads when a job runs. A cron expression is validated only when it is used.
 * @throws RangeError for an incomplete row
 */
export function toSchedule(
  row: Pick<
    ScheduleColumns,
    'schedule_type' | 'cron_expression' | 'time_zone' | 'interval_seconds' | 'anchor_at' | 'run_at'
  >,
): Schedule {
  const { schedule_type: type, cron_expression: expression, time_zone: timeZone } = row;
  if (type === 'cron' && expression !== null && timeZone !== null) return { type, expression, timeZone };
  if (type === 'interval' && row.interval_seconds !== null && row.anchor_at !== null) {
    return { type, seconds: row.interval_seconds, anchorAt: toDate(row.anchor_at) };
  }
  if (type === 'one_shot' && row.run_at !== null) return { type, at: toDate(row.run_at) };
  throw new RangeError('The stored schedule is incomplete');
}

function toDate(stored: string): Date {
  const date = new Date(stored);
  if (Number.isNaN(date.getTime())) throw new RangeError('A stored instant cannot be read');
  return date;
}

/**
 * Reads the misfire, overlap and blackout policies of a schedule.
 * @throws RangeError for invalid policies
 */
export function toSchedulePolicies(row: ScheduleColumns): SchedulePolicies {
  const parsed = parsePolicies({
    misfire: row.misfire_policy,
    misfireLimit: row.misfire_limit,
    overlap: row.overlap_policy,
    spreadSeconds: row.spread_seconds,
    blackouts: row.blackouts,
    catchUpAfterEnable: row.catch_up_after_enable,
  });
  if (!parsed.ok) throw new RangeError('The stored policies cannot be read');
  return parsed.policies;
}

/**
 * Reads the blackouts of a schedule.
 * @throws RangeError for invalid ones
 */
export function toBlackouts(stored: Json): SchedulePolicies['blackouts'] {
  // Most schedules have none.
  if (Array.isArray(stored) && stored.length === 0) return [];
  const parsed = parsePolicies({ blackouts: stored });
  if (!parsed.ok) throw new RangeError('The stored blackouts cannot be read');
  return parsed.policies.blackouts;
}

/** Returns the columns to store. Columns that the schedule type does not use are cleared. */
export function fromSchedule(schedule: Schedule, policies: SchedulePolicies) {
  return {
    schedule_type: schedule.type,
    cron_expression: schedule.type === 'cron' ? schedule.expression : null,
    time_zone: schedule.type === 'cron' ? schedule.timeZone : undefined,
    interval_seconds: schedule.type === 'interval' ? schedule.seconds : null,
    anchor_at: schedule.type === 'interval' ? schedule.anchorAt.toISOString() : null,
    run_at: schedule.type === 'one_shot' ? schedule.at.toISOString() : null,
    misfire_policy: policies.misfire,
    misfire_limit: policies.misfireLimit,
    overlap_policy: policies.overlap,
    spread_seconds: policies.spreadSeconds,
    blackouts: policies.blackouts.map((window) =>
      window.type === 'weekly'
        ? { ...window, days: [...window.days] }
        : { type: window.type, startsAt: window.startsAt.toISOString(), endsAt: window.endsAt.toISOString() },
    ),
    catch_up_after_enable: policies.catchUpAfterEnable,
  };
}

/**
 * Returns the next instant of a schedule, with its spread. The stored place is an instant of the schedule only after a tick
 * has read it; both are null if the schedule has ended.
 */
export function nextInstant(
  scheduleId: string,
  { schedule, policies }: { schedule: Schedule; policies: SchedulePolicies },
  place: string | null,
): { nextNominalAt: Date | null; nextDueAt: Date | null } {
  const nextNominalAt =
    place === null ? null : nextNominal(schedule, new Date(new Date(place).getTime() - 1));
  const offsetSeconds = spreadOffsetSeconds(scheduleId, schedule, policies.spreadSeconds);
  return { nextNominalAt, nextDueAt: nextNominalAt && dueInstant(nextNominalAt, offsetSeconds) };
}
