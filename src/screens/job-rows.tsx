'use client';

import Link from 'next/link';
import type { WrittenTime } from '#components/ui/live-relative-time.tsx';
import { RowMessage } from '#components/ui/row-message.tsx';
import { type ShownState, StateBadge } from '#components/ui/state-badge.tsx';
import { Cell, Row } from '#components/ui/table.tsx';
import { type WrongClockTexts, LiveFinishedTime } from '#components/ui/live-finished-time.tsx';
import { jobPath, runPath } from '#http/paths.ts';

/** The content of one row; its texts are already shortened and safe. */
export interface JobRow {
  id: string;
  states: ShownState[];
  title: string;
  jobKey: string;
  tool: string | null;
  message: string | null;
  finished: WrittenTime | null;
  isClockWrong: boolean;
  /** A failed run that was reported late, with the text of its link. */
  late: { runId: string; message: string | null } | null;
}

export interface JobRowTexts {
  states: Record<ShownState, string>;
  tool: string;
  lateRun: string;
  wrongClock: WrongClockTexts;
}

/**
 * The rows of a table of jobs. It is a client component so that only its props are sent: otherwise the server would also
 * create and send the elements of each row, in pieces.
 */
export function JobRows({
  rows,
  hasTools,
  isTriage,
  texts,
  locale,
}: {
  rows: readonly JobRow[];
  hasTools: boolean;
  isTriage: boolean;
  texts: JobRowTexts;
  locale: string;
}) {
  return rows.map((row) => (
    <Row key={row.id} linked>
      <Cell>
        <span className={isTriage ? undefined : 'flex flex-wrap gap-1'}>
          {row.states.map((state) => (
            <StateBadge key={state} state={state} word={texts.states[state]} />
          ))}
        </span>
      </Cell>
      <Cell>
        <Link href={jobPath(row.id)} prefetch={false} className="row-link line-clamp-2 font-medium">
          <bdi>{row.title}</bdi>
        </Link>
        <bdi className="block truncate font-mono text-xs leading-snug text-ink-muted">{row.jobKey}</bdi>
      </Cell>
      {hasTools ? (
        <Cell label={row.tool === null ? undefined : texts.tool} className="cell-note text-ink-muted">
          {row.tool === null ? null : <bdi>{row.tool}</bdi>}
        </Cell>
      ) : null}
      <Cell className={isTriage ? undefined : 'md:max-lg:hidden'}>
        {row.late === null ? (
          <RowMessage text={row.message} isFailure={isTriage && row.states.includes('error')} />
        ) : (
          <>
            <RowMessage text={row.late.message} isFailure />
            <Link
              href={runPath(row.late.runId)}
              prefetch={false}
              className="relative z-10 text-[0.8125rem] text-accent underline"
            >
              {texts.lateRun}
            </Link>
          </>
        )}
      </Cell>
      <Cell className="cell-corner text-ink-muted">
        {row.finished === null ? null : (
          <LiveFinishedTime
            time={row.finished}
            locale={locale}
            wrongClock={row.isClockWrong ? texts.wrongClock : null}
          />
        )}
      </Cell>
    </Row>
  ));
}
