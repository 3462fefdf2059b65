import type { Route } from 'next';
import Link from 'next/link';
import { useFormatter, useLocale, useTranslations } from 'next-intl';
import { formatPlainTime } from '#components/ui/format-time.ts';
import { ProgressBar } from '#components/ui/progress-bar.tsx';
import { StatusBadge } from '#components/ui/status-badge.tsx';
import { Cell, HeadCell, Row, Table } from '#components/ui/table.tsx';
import { formatDuration } from '#domain/duration.ts';
import { ReportedText } from '#features/kit/components/reported-text.tsx';
import type { ListedRun } from '#features/runs/run-list.ts';

function RunText({ run }: { run: ListedRun }) {
  const t = useTranslations('runs.list');
  const text = run.errorMessage ?? run.message;
  if (run.state === 'running' && run.progress !== null) {
    return (
      <span className="block space-y-1">
        <ProgressBar done={run.progress.done} total={run.progress.total} label={t('progress')} />
        {run.progress.note === null ? null : (
          <ReportedText text={run.progress.note} lengthMax={80} className="block truncate text-xs" />
        )}
      </span>
    );
  }
  if (!text) return null;
  return (
    <ReportedText
      text={text}
      lengthMax={160}
      className={`block max-md:line-clamp-3 md:truncate ${run.state === 'failed' ? 'text-ink' : ''}`}
    />
  );
}

/** Runs of all jobs, newest first. */
export function RunTable({ runs, timeZone }: { runs: readonly ListedRun[]; timeZone: string }) {
  const t = useTranslations('runs.list');
  const triggers = useTranslations('runs.triggerWords');
  const locale = useLocale();
  const format = useFormatter();
  return (
    <Table
      caption={t('caption')}
      className="md:table-fixed"
      head={
        <>
          <HeadCell className="w-25">{t('state')}</HeadCell>
          <HeadCell>{t('job')}</HeadCell>
          <HeadCell className="w-44">{t('time')}</HeadCell>
          <HeadCell align="end" className="w-26">
            {t('duration')}
          </HeadCell>
          <HeadCell className="w-20 max-lg:hidden">{t('trigger')}</HeadCell>
          <HeadCell align="end" className="w-24 max-lg:hidden">
            {t('events')}
          </HeadCell>
          <HeadCell className="w-[21%]">{t('message')}</HeadCell>
        </>
      }
    >
      {runs.map((run) => (
        <Row key={run.id} linked>
          <Cell>
            <StatusBadge state={run.state} />
          </Cell>
          <Cell>
            <Link
              href={`/runs/${run.id}` as Route}
              prefetch={false}
              className="line-clamp-2 font-medium after:absolute after:inset-0 hover:underline"
            >
              <ReportedText text={run.job.title} lengthMax={80} />
            </Link>
          </Cell>
          <Cell label={t('time')} className="whitespace-nowrap">
            <time dateTime={run.orderedAt}>{formatPlainTime(run.orderedAt, locale, timeZone)}</time>
          </Cell>
          <Cell
            align="end"
            className="whitespace-nowrap"
            label={run.durationMs === null ? undefined : t('duration')}
          >
            {run.durationMs === null ? null : formatDuration(run.durationMs, locale)}
          </Cell>
          <Cell label={t('trigger')} className="text-ink-muted md:max-lg:hidden">
            {triggers(run.trigger)}
          </Cell>
          <Cell
            align="end"
            label={run.eventsProcessed === null ? undefined : t('events')}
            className="md:max-lg:hidden"
          >
            {run.eventsProcessed === null ? null : format.number(run.eventsProcessed)}
          </Cell>
          <Cell label={run.errorMessage || run.message ? t('message') : undefined} className="text-ink-muted">
            <RunText run={run} />
          </Cell>
        </Row>
      ))}
    </Table>
  );
}
