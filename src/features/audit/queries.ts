import { type AuditEntry, auditColumns, toAuditEntry } from '#data/audit-row.ts';
import { unwrap } from '#data/unwrap.ts';
import type { AdminActor } from '#auth/actor.ts';

const auditEntriesPerPage = 50;

/** A page of the audit log, newest first. */
export interface AuditPage {
  entries: AuditEntry[];
  /** Where the older page starts, if there is one. */
  olderThan: number | null;
}

/**
 * Reads a page of the audit log.
 * @param before the page starts below this id; null for the newest page
 */
export async function listAuditEntries(
  { client, tenantId }: AdminActor,
  before: number | null,
): Promise<AuditPage> {
  let query = client
    .from('audit_log')
    .select(auditColumns)
    .eq('tenant_id', tenantId)
    .order('id', { ascending: false })
    .limit(auditEntriesPerPage + 1);
  if (before !== null) query = query.lt('id', before);
  const rows = unwrap(await query);
  const entries = rows.slice(0, auditEntriesPerPage).map(toAuditEntry);
  return { entries, olderThan: rows.length > auditEntriesPerPage ? (entries.at(-1)?.id ?? null) : null };
}

/** Returns the titles of jobs by the id of their schedule, because a schedule has no name of its own. */
export async function readScheduleTitles(
  { client, tenantId }: AdminActor,
  entries: readonly AuditEntry[],
): Promise<ReadonlyMap<string, string>> {
  const changed = entries.filter(({ subjectKind }) => subjectKind === 'schedules');
  if (changed.length === 0) return new Map();
  const ids = changed.map(({ subjectId }) => subjectId);
  // The job of a deleted schedule is in the entries that created or deleted the schedule.
  const jobIds = new Map(
    changed.flatMap(({ subjectId, before, after }) => {
      const jobId = (before ?? after)?.job_id;
      return typeof jobId === 'string' ? [[subjectId, jobId] as const] : [];
    }),
  );
  const [schedules, jobs] = await Promise.all([
    client.from('schedules').select('id, jobs(title)').eq('tenant_id', tenantId).in('id', ids),
    client
      .from('jobs')
      .select('id, title')
      .eq('tenant_id', tenantId)
      .in('id', [...new Set(jobIds.values())]),
  ]);
  const titles = new Map(unwrap(jobs).map(({ id, title }) => [id, title]));
  return new Map([
    ...[...jobIds].flatMap(([id, jobId]) => {
      const title = titles.get(jobId);
      return title === undefined ? [] : [[id, title] as const];
    }),
    ...unwrap(schedules).flatMap((row) => (row.jobs ? [[row.id, row.jobs.title] as const] : [])),
  ]);
}
