'use client';

import Link from 'next/link';
import type { WrittenTime } from '#components/ui/live-relative-time.tsx';
import { StateBadge } from '#components/ui/state-badge.tsx';
import { Cell, Row } from '#components/ui/table.tsx';
import { type ClockAheadTexts, LiveFinishedTime } from '#components/ui/live-finished-time.tsx';
import { jobPath } from '#http/paths.ts';

/** What one row shows; its texts are cut and safe already. */
export interface JobStatusRow {
  jobId: string;
  state: 'success' | 'error';
  title: string;
  jobKey: string;
  tool: string | null;
  message: string | null;
  finished: WrittenTime;
  isClockAhead: boolean;
}

export interface JobStatusRowTexts {
  states: Record<JobStatusRow['state'], string>;
  tool: string;
  clockAhead: ClockAheadTexts;
}

/**
 * The rows of the incidents table. A client component, because its props are all that crosses to it: the elements of each
 * row would be made, written and read once more on the server, and arrive in pieces.
 */
export function JobStatusRows({
  rows,
  hasTools,
  texts,
  locale,
}: {
  rows: readonly JobStatusRow[];
  hasTools: boolean;
  texts: JobStatusRowTexts;
  locale: string;
}) {
  return rows.map((row) => (
    <Row key={row.jobId} linked>
      <Cell>
        <StateBadge state={row.state} word={texts.states[row.state]} />
      </Cell>
      <Cell>
        <Link href={jobPath(row.jobId)} prefetch={false} className="row-link line-clamp-2 font-medium">
          <bdi>{row.title}</bdi>
        </Link>
        <bdi className="block truncate font-mono text-xs leading-snug text-ink-muted">{row.jobKey}</bdi>
      </Cell>
      {hasTools ? (
        <Cell label={row.tool === null ? undefined : texts.tool} className="cell-note text-ink-muted">
          {row.tool === null ? null : <bdi>{row.tool}</bdi>}
        </Cell>
      ) : null}
      <Cell>
        {row.message === null ? null : (
          <bdi
            className={
              row.state === 'error'
                ? 'line-clamp-3 md:line-clamp-2'
                : 'block text-ink-muted max-md:line-clamp-2 md:truncate'
            }
          >
            {row.message}
          </bdi>
        )}
      </Cell>
      <Cell className="cell-corner text-ink-muted">
        <LiveFinishedTime
          time={row.finished}
          locale={locale}
          clockAhead={row.isClockAhead ? texts.clockAhead : null}
        />
      </Cell>
    </Row>
  ));
}
