import { type Columns, insertRow } from '#testing/database/insert-row.ts';

/** Inserts only the row of a run, without the effects of a finish, and returns its id. */
export function makeRun(tenantId: string, jobId: string, columns: Columns<'runs'> = {}): Promise<string> {
  const { state = 'success', ordered_at = new Date() } = columns;
  return insertRow('runs', {
    tenant_id: tenantId,
    job_id: jobId,
    trigger: 'report',
    state,
    ordered_at,
    finished_at: state === 'pending' || state === 'running' ? null : ordered_at,
    ...columns,
  });
}
