import { cache } from 'react';
import { type JobStatus, jobStatusColumns, toJobStatus } from '#data/job-status-row.ts';
import { unwrap } from '#data/unwrap.ts';
import { isClockAhead } from '#domain/job-health.ts';
import { cutPage, type IncidentCursor, type Page, type PagePosition } from '#domain/page-cursor.ts';
import { searchPatterns } from '#domain/search-pattern.ts';
import type { CurrentMember } from '#features/kit/current-member.ts';
import type { IncidentFilter } from './schemas.ts';

type Reader = Pick<CurrentMember, 'client' | 'tenantId'>;

export const incidentsPerPage = 50;

/** A job on the incidents page. */
export interface Incident extends JobStatus {
  toolName: string | null;
  /** The reporter's clock was ahead, so its time says little. */
  isClockAhead: boolean;
}

export interface IncidentPage extends Page<Incident, IncidentCursor> {
  /** How many jobs the filter finds; counted on the first page only. */
  matchCount: number | null;
}

const searchedColumns = ['title', 'job_key', 'last_message'];

const cursorOf = (incident: Incident): IncidentCursor => ({
  lastStatus: incident.lastStatus,
  at: incident.lastFinishedAt,
  id: incident.id,
});

/** Whether the filter leaves anything out. */
export function isNarrowed(filter: IncidentFilter): boolean {
  return filter.search !== '' || filter.state !== null || filter.toolId !== null;
}

/** One page of jobs that have finished at least once: failing ones first, in each part the newest first. */
export async function listIncidents(
  { client, tenantId }: Reader,
  filter: IncidentFilter,
  position: PagePosition<IncidentCursor> | null,
): Promise<IncidentPage> {
  const isBackwards = position?.direction === 'before';
  let query = client
    .from('job_status')
    .select(
      `${jobStatusColumns}, tools(name)`,
      position === null && isNarrowed(filter) ? { count: 'exact' } : undefined,
    )
    .eq('tenant_id', tenantId)
    .order('last_status', { ascending: !isBackwards })
    .order('last_finished_at', { ascending: isBackwards })
    .order('id', { ascending: isBackwards })
    .limit(incidentsPerPage + 1);
  if (filter.state !== null) query = query.eq('last_status', filter.state);
  if (filter.toolId !== null) query = query.eq('tool_id', filter.toolId);
  const patterns = searchPatterns(filter.search);
  if (patterns.length > 0) {
    query = query.or(
      searchedColumns.flatMap((column) => patterns.map((pattern) => `${column}.ilike.${pattern}`)).join(','),
    );
  }
  if (position !== null) {
    const { lastStatus, at, id } = position.cursor;
    const beyond = isBackwards ? 'gt' : 'lt';
    const isInLastPart = lastStatus === (isBackwards ? 'error' : 'success');
    if (isInLastPart) {
      query = query
        .eq('last_status', lastStatus)
        .filter('last_finished_at', isBackwards ? 'gte' : 'lte', at)
        .or(`last_finished_at.${beyond}."${at}",id.${beyond}.${id}`);
    } else {
      query = query.or(
        `last_status.${isBackwards ? 'lt' : 'gt'}.${lastStatus},` +
          `and(last_status.eq.${lastStatus},or(last_finished_at.${beyond}."${at}",` +
          `and(last_finished_at.eq."${at}",id.${beyond}.${id})))`,
      );
    }
  }
  const answer = await query;
  const incidents = unwrap(answer).map((row): Incident => {
    const status = toJobStatus(row);
    return {
      ...status,
      toolName: row.tools?.name ?? null,
      isClockAhead: isClockAhead(status.lastFinishedAt, status.updatedAt),
    };
  });
  return { ...cutPage(incidents, incidentsPerPage, position, cursorOf), matchCount: answer.count };
}

/** What the badge shows, and a version that changes when a live page would show something else. */
export interface BadgeState {
  failingCount: number;
  jobCount: number;
  version: string;
}

/** How many jobs fail, of how many. */
export async function readBadge({ client, tenantId }: Reader): Promise<BadgeState> {
  const row = unwrap(await client.rpc('incident_badge', { p_tenant_id: tenantId }).single());
  return { failingCount: row.failing_count, jobCount: row.job_count, version: row.version };
}

/**
 * As `readBadge`, once per request. Pages read it before their rows: a change between the two is then shown now and asked
 * for once more, and never missed.
 */
export const readBadgeOnce = cache((member: CurrentMember) => readBadge(member));
