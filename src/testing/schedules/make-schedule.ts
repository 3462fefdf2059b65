import { type Columns, insertRow } from '#testing/database/insert-row.ts';

/** Creates a schedule for every minute that is not planned yet, and returns its id. */
export function makeSchedule(
  tenantId: string,
  jobId: string,
  columns: Columns<'schedules'> = {},
): Promise<string> {
  return insertRow('schedules', {
    tenant_id: tenantId,
    job_id: jobId,
    schedule_type: 'cron',
    cron_expression: '* * * * *',
    time_zone: 'UTC',
    ...columns,
  });
}
