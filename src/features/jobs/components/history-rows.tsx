'use client';

import { ClockAlert, History, type LucideIcon, Mailbox, RotateCw } from 'lucide-react';
import Link from 'next/link';
import { Icon } from '#components/ui/icon.tsx';
import { RowMessage } from '#components/ui/row-message.tsx';
import { type ShownState, StateBadge } from '#components/ui/state-badge.tsx';
import { Cell, Row } from '#components/ui/table.tsx';
import type { ShownRunState } from '#domain/run/long-run.ts';
import { runPath } from '#http/paths.ts';

/** What the portal says about the time or place of a run. */
export interface RunMark {
  kind: 'clock' | 'arrival' | 'late' | 'attempt';
  text: string;
}

const looks: Record<RunMark['kind'], { icon: LucideIcon; className: string }> = {
  clock: { icon: ClockAlert, className: 'text-warning' },
  arrival: { icon: Mailbox, className: 'text-ink-muted' },
  late: { icon: History, className: 'text-warning' },
  attempt: { icon: RotateCw, className: 'text-ink-muted' },
};

/** The contents of a row; its texts are already clipped, formatted and safe. */
export interface HistoryRow {
  id: string;
  state: ShownRunState;
  at: string;
  atText: string;
  marks: readonly RunMark[];
  duration: string | null;
  /** The host of an external job, or what started a run of the portal. */
  from: string | null;
  message: string | null;
}

export interface HistoryRowTexts {
  states: Record<ShownState, string>;
  duration: string;
  from: string;
}

/** The rows of a job's history; JobRows says why this is a client component. */
export function HistoryRows({ rows, texts }: { rows: readonly HistoryRow[]; texts: HistoryRowTexts }) {
  return rows.map((row) => (
    <Row key={row.id} linked>
      <Cell>
        <StateBadge state={row.state} word={texts.states[row.state]} />
      </Cell>
      <Cell className="cell-corner">
        <Link href={runPath(row.id)} prefetch={false} className="row-link whitespace-nowrap">
          <time dateTime={row.at}>{row.atText}</time>
        </Link>
        {row.marks.map(({ kind, text }) => (
          <span
            key={kind}
            className={`flex items-center gap-1 text-xs max-md:justify-end ${looks[kind].className}`}
          >
            <Icon icon={looks[kind].icon} className="size-3.5" />
            {text}
          </span>
        ))}
      </Cell>
      <Cell
        align="end"
        label={row.duration === null ? undefined : texts.duration}
        className="cell-note max-md:text-ink-muted"
      >
        {row.duration}
      </Cell>
      <Cell label={row.from === null ? undefined : texts.from} className="cell-note text-ink-muted">
        {row.from === null ? null : <bdi className="block md:truncate">{row.from}</bdi>}
      </Cell>
      <Cell>
        <RowMessage text={row.message} isFailure={row.state === 'failed'} />
      </Cell>
    </Row>
  ));
}
