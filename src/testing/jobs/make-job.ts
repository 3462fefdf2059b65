import { randomUUID } from 'node:crypto';
import { type Columns, insertRow } from '#testing/database/insert-row.ts';

/** A job of a script, which nobody has heard of yet. Answers with its id. */
export function makeJob(tenantId: string, columns: Columns<'jobs'> = {}): Promise<string> {
  const job_key = columns.job_key ?? randomUUID();
  return insertRow('jobs', { tenant_id: tenantId, job_key, title: job_key, ...columns });
}

/** What makes it a job that a plugin does. */
export const ofPlugin = (pluginId: string, name = 'sync'): Columns<'jobs'> => ({
  kind: 'plugin',
  plugin_id: pluginId,
  plugin_job_name: name,
});
