'use client';

import type { Route } from 'next';
import Link from 'next/link';
import { ProgressBar } from '#components/ui/progress-bar.tsx';
import { RowMessage } from '#components/ui/row-message.tsx';
import { type ShownState, StateBadge } from '#components/ui/state-badge.tsx';
import { Cell, Row } from '#components/ui/table.tsx';
import type { ShownRunState } from '#domain/run/long-run.ts';
import { addressOf } from '#http/paths.ts';

/** The contents of a row; its texts are already clipped, formatted and safe. */
export interface RunRow {
  id: string;
  state: ShownRunState;
  title: string;
  at: string;
  atText: string;
  duration: string | null;
  trigger: string;
  events: string | null;
  /** Replaces the message while the run is in progress. */
  progress: { done: number; total: number | null; note: string | null } | null;
  message: string | null;
}

export interface RunRowTexts {
  states: Record<ShownState, string>;
  duration: string;
  trigger: string;
  events: string;
  progress: string;
}

function RunText({ row, texts }: { row: RunRow; texts: RunRowTexts }) {
  const { progress, message } = row;
  if (progress !== null) {
    return (
      <span className="block space-y-1">
        <ProgressBar done={progress.done} total={progress.total} label={texts.progress} />
        {progress.note === null ? null : <bdi className="block truncate text-xs">{progress.note}</bdi>}
      </span>
    );
  }
  return <RowMessage text={message} isFailure={row.state === 'failed'} />;
}

/** The rows of a list of runs; JobRows says why this is a client component. */
export function RunRows({
  rows,
  hasEvents,
  texts,
  listHref,
}: {
  rows: readonly RunRow[];
  hasEvents: boolean;
  texts: RunRowTexts;
  /** The URL of the list; a run opens next to it. */
  listHref: Route;
}) {
  return rows.map((row) => (
    <Row key={row.id} linked>
      <Cell>
        <StateBadge state={row.state} word={texts.states[row.state]} />
      </Cell>
      <Cell>
        <Link
          href={addressOf(listHref, { run: row.id })}
          prefetch={false}
          scroll={false}
          className="row-link line-clamp-2 font-medium"
        >
          <bdi>{row.title}</bdi>
        </Link>
      </Cell>
      <Cell className="cell-corner whitespace-nowrap">
        <time dateTime={row.at}>{row.atText}</time>
      </Cell>
      <Cell
        align="end"
        className="cell-note whitespace-nowrap max-md:text-ink-muted"
        label={row.duration === null ? undefined : texts.duration}
      >
        {row.duration}
      </Cell>
      <Cell label={texts.trigger} className="cell-note text-ink-muted md:max-lg:hidden">
        {row.trigger}
      </Cell>
      {hasEvents ? (
        <Cell
          align="end"
          label={row.events === null ? undefined : texts.events}
          className="cell-note max-md:text-ink-muted md:max-lg:hidden"
        >
          {row.events}
        </Cell>
      ) : null}
      <Cell className="text-ink-muted">
        <RunText row={row} texts={texts} />
      </Cell>
    </Row>
  ));
}
