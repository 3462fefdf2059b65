import type { Tables } from '#data/database.types.ts';

export const runStatsDailyColumns =
  'day, success_count, failed_count, canceled_count, duration_count, duration_ms_sum, duration_ms_max' as const;

/** What a job did on one day in the tenant's time zone. */
export interface DailyStats {
  day: string;
  successCount: number;
  failedCount: number;
  canceledCount: number;
  /** Null if no run of the day reported its duration. */
  averageMs: number | null;
  longestMs: number | null;
}

/** Reads a row of run_stats_daily. */
export function toDailyStats(
  row: Pick<
    Tables<'run_stats_daily'>,
    | 'day'
    | 'success_count'
    | 'failed_count'
    | 'canceled_count'
    | 'duration_count'
    | 'duration_ms_sum'
    | 'duration_ms_max'
  >,
): DailyStats {
  const hasDuration = row.duration_count > 0;
  return {
    day: row.day.slice(0, 10),
    successCount: row.success_count,
    failedCount: row.failed_count,
    canceledCount: row.canceled_count,
    averageMs: hasDuration ? row.duration_ms_sum / row.duration_count : null,
    longestMs: hasDuration ? row.duration_ms_max : null,
  };
}

/** A day on which no run finished. */
export function emptyDailyStats(day: string): DailyStats {
  return { day, successCount: 0, failedCount: 0, canceledCount: 0, averageMs: null, longestMs: null };
}
