import type { Tables } from '#data/database.types.ts';
import { toInstant } from './database-instant.ts';
import { toLocalizedText } from '#data/localized-text.ts';
import type { LocalizedText } from '#domain/plugin/payload-schema.ts';
import type { Expectation } from '#domain/report.ts';

export const jobColumns =
  'id, job_key, title, titles, kind, tool_id, expected_schedule_type, expected_cron, expected_interval_seconds, expected_time_zone, early_tolerance_seconds, late_tolerance_seconds, max_run_seconds, min_run_seconds, failure_threshold, recovery_threshold, is_expectation_locked, created_at' as const;

type JobRow = Pick<
  Tables<'jobs'>,
  | 'id'
  | 'job_key'
  | 'title'
  | 'titles'
  | 'kind'
  | 'tool_id'
  | 'expected_schedule_type'
  | 'expected_cron'
  | 'expected_interval_seconds'
  | 'expected_time_zone'
  | 'early_tolerance_seconds'
  | 'late_tolerance_seconds'
  | 'max_run_seconds'
  | 'min_run_seconds'
  | 'failure_threshold'
  | 'recovery_threshold'
  | 'is_expectation_locked'
  | 'created_at'
>;

/** Something that should run. */
export interface Job {
  id: string;
  jobKey: string;
  title: LocalizedText;
  kind: 'external' | 'plugin';
  toolId: string | null;
  expectation: Expectation | null;
  isExpectationLocked: boolean;
  createdAt: string;
}

function toExpectation(row: JobRow): Expectation | null {
  const type = row.expected_schedule_type;
  if (type !== 'cron' && type !== 'interval') return null;
  return {
    type,
    expression: row.expected_cron ?? undefined,
    timezone: row.expected_time_zone ?? undefined,
    seconds: row.expected_interval_seconds ?? undefined,
    earlyToleranceSeconds: row.early_tolerance_seconds ?? undefined,
    lateToleranceSeconds: row.late_tolerance_seconds ?? undefined,
    maxRunSeconds: row.max_run_seconds ?? undefined,
    minRunSeconds: row.min_run_seconds ?? undefined,
    failureThreshold: row.failure_threshold ?? undefined,
    recoveryThreshold: row.recovery_threshold ?? undefined,
  };
}

/** Reads a row of jobs. */
export function toJob(row: JobRow): Job {
  return {
    id: row.id,
    jobKey: row.job_key,
    title: toLocalizedText(row.title, row.titles),
    kind: row.kind === 'plugin' ? 'plugin' : 'external',
    toolId: row.tool_id,
    expectation: toExpectation(row),
    isExpectationLocked: row.is_expectation_locked,
    createdAt: toInstant(row.created_at),
  };
}
