import { sql } from '#testing/database/clients.ts';
import { type Columns, insertRow } from '#testing/database/insert-row.ts';

/** Creates a schedule for every minute, and returns its id. Without `next_nominal_at`, no tick plans it. */
export async function makeSchedule(
  tenantId: string,
  jobId: string,
  columns: Columns<'schedules'> = {},
): Promise<string> {
  const id = await insertRow('schedules', {
    tenant_id: tenantId,
    job_id: jobId,
    schedule_type: 'cron',
    cron_expression: '* * * * *',
    time_zone: 'UTC',
    ...columns,
  });
  if (columns.next_nominal_at == null)
    await sql`update public.schedules set next_nominal_at = null, next_due_at = null where id = ${id}`;
  return id;
}
