import { randomUUID } from 'node:crypto';
import { type Columns, insertRow } from '#testing/database/insert-row.ts';

/** Creates an external job without reports, and returns its id. */
export function makeJob(tenantId: string, columns: Columns<'jobs'> = {}): Promise<string> {
  const job_key = columns.job_key ?? randomUUID();
  return insertRow('jobs', { tenant_id: tenantId, job_key, title: job_key, ...columns });
}

/** The fields that make it a plugin job. */
export const ofPlugin = (pluginId: string, name = 'sync'): Columns<'jobs'> => ({
  kind: 'plugin',
  plugin_id: pluginId,
  plugin_job_name: name,
});
