import { type JobStatus, toJobStatus } from '#data/job-status-row.ts';
import { toLocalizedText } from '#data/localized-text.ts';
import { unwrap } from '#data/unwrap.ts';
import { type Message, readMessage } from '#domain/message.ts';
import { cutPage, type JobStatusPageCursor, type Page, type PagePosition } from '#domain/page-cursor.ts';
import { searchPattern } from '#domain/search-pattern.ts';
import type { LocalizedText } from '#domain/plugin/payload-schema.ts';
import type { Actor } from '#auth/actor.ts';
import type { JobStatusFilter } from './schemas.ts';

export const jobStatusesPerPage = 50;

/** A job on the incidents page. */
export interface ListedJobStatus extends Omit<JobStatus, 'title' | 'lateFailure'> {
  title: LocalizedText;
  toolName: string | null;
  /** A failure that was reported late, with its message. */
  lateFailure: { runId: string; message: Message | null } | null;
}

export interface JobStatusPage extends Page<ListedJobStatus, JobStatusPageCursor> {
  /** How many jobs match the filter; counted only on the first page. */
  matchCount: number | null;
}

const cursorOf = (status: ListedJobStatus): JobStatusPageCursor => ({
  state: status.shownState,
  at: status.lastOrderedAt,
  id: status.id,
});

/** Whether the filter can exclude anything. */
export function isNarrowed(filter: JobStatusFilter): boolean {
  return filter.search !== '' || filter.state !== null || filter.toolId !== null;
}

/**
 * Returns a page of jobs that have finished at least once: failing ones first, then those with a failure that was reported
 * late, then the others, each newest first.
 */
export async function listJobStatuses(
  { client, tenantId }: Actor,
  filter: JobStatusFilter,
  position: PagePosition<JobStatusPageCursor> | null,
): Promise<JobStatusPage> {
  const isCounted = position === null && isNarrowed(filter);
  const rows = unwrap(
    await client.rpc('page_job_status', {
      p_tenant_id: tenantId,
      p_pattern: searchPattern(filter.search) ?? undefined,
      p_state: filter.state ?? undefined,
      p_tool_id: filter.toolId ?? undefined,
      p_shown_state: position?.cursor.state,
      p_at: position?.cursor.at,
      p_id: position?.cursor.id,
      p_is_backwards: position?.direction === 'before',
      p_is_counted: isCounted,
      p_limit: jobStatusesPerPage + 1,
    }),
  );
  const lateRunIds = rows.flatMap(({ late_failure_run_id }) => late_failure_run_id ?? []);
  const lateRuns =
    lateRunIds.length === 0
      ? []
      : unwrap(
          await client
            .from('runs')
            .select('id, message, message_code, message_values')
            .eq('tenant_id', tenantId)
            .in('id', lateRunIds),
        );
  const lateMessages = new Map(
    lateRuns.map((run) => [run.id, readMessage(run.message, run.message_code, run.message_values)]),
  );
  const statuses = rows.map((row): ListedJobStatus => {
    const { lateFailure, ...status } = toJobStatus(row);
    return {
      ...status,
      title: toLocalizedText(row.title, row.titles),
      toolName: row.tool_name,
      lateFailure: lateFailure && {
        runId: lateFailure.runId,
        message: lateMessages.get(lateFailure.runId) ?? null,
      },
    };
  });
  return {
    ...cutPage(statuses, jobStatusesPerPage, position, cursorOf),
    matchCount: isCounted ? (rows[0]?.match_count ?? 0) : null,
  };
}
