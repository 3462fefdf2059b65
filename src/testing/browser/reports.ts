import { randomUUID } from 'node:crypto';
import { serviceOf } from './clients.ts';
import type { PortalFacts } from './portal-facts.ts';

/** What a test sets in a report; the rest is filled in. */
export interface TestReport {
  job_key: string;
  title?: string;
  state?: 'success' | 'failed';
  message?: string;
  finished_at?: string;
  duration_ms?: number;
  tool_id?: string;
  host?: string;
  /** Identifies the run; each report is a run of its own without it. */
  report_key?: string;
  sent_at?: string;
  log?: { head: string; tail?: string; cut_characters?: number };
}

/** Records a company's reports directly in the database, because the environment's secret reports for another company. */
export async function recordReports(
  portal: PortalFacts,
  tenantId: string,
  reports: TestReport[],
): Promise<void> {
  const service = serviceOf(portal);
  const now = new Date().toISOString();
  for (let from = 0; from < reports.length; from += 500) {
    const batch = reports.slice(from, from + 500).map(({ ...report }, position) => ({
      position,
      tenant_id: tenantId,
      kind: 'finish',
      title: report.job_key,
      state: 'success',
      finished_at: now,
      report_key: `run:${randomUUID()}`,
      ...report,
    }));
    await service.rpc('record_reports', { p_reports: batch }).throwOnError();
  }
}

/** Returns the ids of a company's jobs by key. */
export async function findJobIds(
  portal: PortalFacts,
  tenantId: string,
  keys: string[],
): Promise<Map<string, string>> {
  const { data } = await serviceOf(portal)
    .from('jobs')
    .select('id, job_key')
    .eq('tenant_id', tenantId)
    .in('job_key', keys)
    .throwOnError();
  return new Map(data.map((job) => [job.job_key, job.id]));
}
