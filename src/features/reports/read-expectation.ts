import type { z } from 'zod';
import { asMeasure, type AsMeant, asNumber } from '#domain/as-meant.ts';
import { trimText } from '#domain/name-text.ts';
import type { Expectation } from '#domain/report.ts';
import { parseSchedule } from '#domain/schedule/parse-schedule.ts';
import { readField } from './read-field.ts';
import type { ReportWarnings } from './report-warnings.ts';
import { cronExpectation, intervalExpectation } from './schemas.ts';

// Scripts send the same schedule with each report; only the first one needs a full check.
const knownSchedules = new Set<string>();
const knownSchedulesMax = 10_000;

/** Returns why the expression cannot be used; null if it can. */
function cronProblem(expression: string, zone: string, now: Date): string | null {
  const schedule = `${zone} ${expression}`;
  if (knownSchedules.has(schedule)) return null;
  const parsed = parseSchedule({ type: 'cron', expression, timeZone: zone }, { now, misfire: 'once' });
  if (!parsed.ok) return parsed.problems[0]?.sentence ?? 'cannot be used';
  if (knownSchedules.size >= knownSchedulesMax) knownSchedules.clear();
  knownSchedules.add(schedule);
  return null;
}

const trimmed: AsMeant = (value) => (typeof value === 'string' ? trimText(value) : value);
const oneSpace: AsMeant = (value) =>
  typeof value === 'string' ? trimText(value).replaceAll(/\s+/g, ' ') : value;

function typeOf(given: Record<string, unknown>): unknown {
  if (given.type !== undefined && given.type !== null) return trimmed(given.type);
  if (typeof given.expression === 'string') return 'cron';
  return given.seconds === undefined ? undefined : 'interval';
}

/**
 * Reads when a job is expected. A wrong tolerance is left out alone; without a usable expression, zone or interval, the whole
 * schedule is left out [contract: reports].
 */
export function readExpectation(value: unknown, warnings: ReportWarnings, now: Date): Expectation | null {
  if (value === undefined || value === null || value === '') return null;
  const given = (typeof value === 'object' ? value : {}) as Record<string, unknown>;
  const type = typeOf(given);
  if (type !== 'cron' && type !== 'interval') {
    const field = typeof value === 'object' && !Array.isArray(value) ? 'schedule.type' : 'schedule';
    warnings.add(field, "must be an object with the type 'cron' or 'interval'");
    return null;
  }
  const shape = type === 'cron' ? cronExpectation.shape : intervalExpectation.shape;
  // A misspelled tolerance must not be ignored silently: it would cause a false alarm or hide a real one.
  for (const field of Object.keys(given)) {
    if (!(field in shape)) warnings.add(`schedule.${field}`, 'is not a known field');
  }
  const read = <T>(name: string, schema: z.ZodType<T>, asMeant: AsMeant) =>
    readField(given, name, schema, asMeant, warnings, `schedule.${name}`);
  const seconds = (
    name: 'early_tolerance_seconds' | 'late_tolerance_seconds' | 'max_run_seconds' | 'min_run_seconds',
  ) => read(name, shape[name], asMeasure) ?? undefined;
  const count = (name: 'failure_threshold' | 'recovery_threshold') =>
    read(name, shape[name], asNumber) ?? undefined;
  const limits = {
    earlyToleranceSeconds: seconds('early_tolerance_seconds'),
    lateToleranceSeconds: seconds('late_tolerance_seconds'),
    maxRunSeconds: seconds('max_run_seconds'),
    minRunSeconds: seconds('min_run_seconds'),
    failureThreshold: count('failure_threshold'),
    recoveryThreshold: count('recovery_threshold'),
  };
  const required = <T>(name: string, schema: z.ZodType<T>, asMeant: AsMeant): T | null => {
    const isMissing = given[name] === undefined || given[name] === null || given[name] === '';
    if (isMissing) warnings.add(`schedule.${name}`, 'is required');
    return isMissing ? null : read(name, schema, asMeant);
  };
  if (type === 'interval') {
    read('timezone', intervalExpectation.shape.timezone, trimmed);
    const length = required('seconds', intervalExpectation.shape.seconds, asMeasure);
    if (length !== null) return { type, seconds: length, ...limits };
  } else {
    const expression = required('expression', cronExpectation.shape.expression, oneSpace);
    const timezone = required('timezone', cronExpectation.shape.timezone, trimmed);
    const problem = expression !== null && timezone !== null ? cronProblem(expression, timezone, now) : null;
    if (problem !== null) warnings.add('schedule.expression', `cannot be used: ${problem}`);
    else if (expression !== null && timezone !== null) return { type, expression, timezone, ...limits };
  }
  warnings.add('schedule', 'cannot be used without it');
  return null;
}
