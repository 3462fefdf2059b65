import { type Columns, insertRow } from '#testing/database/insert-row.ts';
import { makeJob } from './make-job.ts';

/** Creates a job whose newest run has just succeeded, with its status, and returns its id. */
export async function makeReportedJob(
  tenantId: string,
  { job_key, title, ...status }: Columns<'job_status'> & { job_key: string },
): Promise<string> {
  const jobId = await makeJob(tenantId, { job_key, ...(title !== undefined && { title }) });
  await insertRow('job_status', {
    tenant_id: tenantId,
    job_id: jobId,
    job_key,
    title: title ?? job_key,
    last_status: 'success',
    last_finished_at: status.last_ordered_at ?? new Date(),
    last_ordered_at: status.last_finished_at ?? new Date(),
    ...status,
  });
  return jobId;
}
