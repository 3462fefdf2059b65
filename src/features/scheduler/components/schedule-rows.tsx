'use client';

import { TriangleAlert } from 'lucide-react';
import Link from 'next/link';
import type { ReactNode } from 'react';
import { Icon } from '#components/ui/icon.tsx';
import { LiveRelativeTime, type WrittenTime } from '#components/ui/live-relative-time.tsx';
import { type ShownState, StateBadge } from '#components/ui/state-badge.tsx';
import { Cell, Row } from '#components/ui/table.tsx';
import type { ShownRunState } from '#domain/run/long-run.ts';
import { jobPath, runPath } from '#http/paths.ts';
import { EnableForm } from './enable-form.tsx';

/** The content of one row; its texts are already shortened, formatted and safe. */
export interface ScheduleRow {
  jobId: string;
  title: string;
  jobKey: string;
  plugin: string | null;
  /** The last finished run failed, and the newest run does not show it. */
  isFailing: boolean;
  isForStaff: boolean;
  when: { text: string; expression: string | null; kind: 'known' | 'none' | 'broken' };
  /** Null: nothing is planned. */
  next: { due: WrittenTime; dueText: string; nominalText: string | null } | null;
  latest: { runId: string; state: ShownRunState; at: WrittenTime } | null;
  isEnabled: boolean;
  isPluginEnabled: boolean;
  switchLabel: string;
}

export interface ScheduleRowTexts {
  states: Record<ShownState, string>;
  schedule: string;
  next: string;
  last: string;
  switch: string;
  noNext: string;
  held: string;
  neverRun: string;
  pluginOff: string;
  forStaff: string;
  on: string;
  off: string;
}

function Next({ row: { next, when }, isHeld, texts, locale }: RowProps & { row: ScheduleRow }) {
  if (isHeld && when.kind !== 'none') return <span className="text-warning">{texts.held}</span>;
  if (next === null) return texts.noNext;
  return (
    <span className="block">
      <LiveRelativeTime {...next.due} locale={locale} className="block whitespace-nowrap text-ink" />
      <span className="block text-xs">{next.dueText}</span>
      {next.nominalText === null ? null : <span className="block text-xs">{next.nominalText}</span>}
    </span>
  );
}

function Latest({ latest, texts, locale }: RowProps & { latest: ScheduleRow['latest'] }) {
  if (latest === null) return <span className="text-ink-muted">{texts.neverRun}</span>;
  return (
    <Link
      href={runPath(latest.runId)}
      prefetch={false}
      className="relative z-10 inline-flex flex-wrap items-center gap-x-2 gap-y-0.5 hover:underline"
    >
      <StateBadge state={latest.state} word={texts.states[latest.state]} />
      <LiveRelativeTime {...latest.at} locale={locale} className="whitespace-nowrap text-ink-muted" />
    </Link>
  );
}

interface RowProps {
  /** All schedules are stopped. */
  isHeld: boolean;
  texts: ScheduleRowTexts;
  locale: string;
}

/** The rows of a list of scheduled jobs; JobRows says why this is a client component. */
export function ScheduleRows({
  rows,
  canSwitch,
  actions,
  ...common
}: RowProps & {
  rows: readonly ScheduleRow[];
  canSwitch: boolean;
  /** The button that starts each job, in the order of the rows; null without that column. */
  actions: readonly ReactNode[] | null;
}) {
  const { texts } = common;
  return rows.map((row, index) => (
    <Row key={row.jobId} linked>
      <Cell>
        <Link href={jobPath(row.jobId)} prefetch={false} className="row-link line-clamp-2 font-medium">
          <bdi>{row.title}</bdi>
        </Link>
        <span className="flex flex-wrap items-center gap-x-2 gap-y-0.5 text-xs text-ink-muted">
          {row.isFailing ? <StateBadge state="error" word={texts.states.error} /> : null}
          {row.plugin === null ? null : <bdi>{row.plugin}</bdi>}
          <bdi className="font-mono">{row.jobKey}</bdi>
          {row.isForStaff ? <span>{texts.forStaff}</span> : null}
        </span>
      </Cell>
      <Cell label={texts.schedule} className="text-[0.8125rem]">
        {row.when.kind === 'broken' ? (
          <span className="inline-flex items-center gap-1 text-danger">
            <Icon icon={TriangleAlert} className="size-3.5" />
            {row.when.text}
          </span>
        ) : (
          <span
            title={row.when.expression ?? undefined}
            className={row.when.kind === 'none' ? 'text-ink-muted' : undefined}
          >
            {row.when.text}
          </span>
        )}
      </Cell>
      <Cell label={texts.next} className="text-ink-muted">
        <Next row={row} {...common} />
      </Cell>
      <Cell label={texts.last}>
        <Latest latest={row.latest} {...common} />
      </Cell>
      <Cell label={texts.switch} className="text-ink-muted">
        {row.isPluginEnabled ? (
          canSwitch ? (
            <EnableForm
              jobId={row.jobId}
              isEnabled={row.isEnabled}
              label={row.switchLabel}
              onText={texts.on}
              offText={texts.off}
            />
          ) : row.isEnabled ? (
            texts.on
          ) : (
            texts.off
          )
        ) : (
          <span className="text-xs">{texts.pluginOff}</span>
        )}
      </Cell>
      {actions === null ? null : (
        <Cell align="end">
          <span className="relative z-10 inline-block max-md:pt-1">{actions[index]}</span>
        </Cell>
      )}
    </Row>
  ));
}
