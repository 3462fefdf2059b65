import type { Route } from 'next';
import { useLocale, useTranslations } from 'next-intl';
import { AutoSubmitForm } from '#components/ui/auto-submit-form.tsx';
import { DayFields, FilterMenu } from '#components/ui/filter-bar.tsx';
import { formatPlainTime } from '#components/ui/format-time.ts';
import { LinkButton } from '#components/ui/link-button.tsx';
import { PaginationLinks } from '#components/ui/pagination-links.tsx';
import { useStateWords } from '#components/ui/status-badge.tsx';
import { HeadCell, Table } from '#components/ui/table.tsx';
import type { RunSummary } from '#data/run-row.ts';
import { clockAheadMs, lateByMs } from '#domain/clock-skew.ts';
import { formatDuration } from '#domain/duration.ts';
import { shownRunState } from '#domain/run/long-run.ts';
import {
  formatInstantPageCursor,
  type InstantPageCursor,
  type Page,
  type PagePosition,
} from '#domain/page-cursor.ts';
import { type HistoryFilter, outcomes } from '#features/jobs/schemas.ts';
import { listAddresses } from '#screens/list-addresses.ts';
import { shownText } from '#screens/reported-text.tsx';
import { sayMessage } from '#screens/say-message.ts';
import { HistoryRows, type RunMark } from './history-rows.tsx';

function HistoryFilterBar({ action, filter }: { action: Route; filter: HistoryFilter }) {
  const t = useTranslations('jobs.history');
  const states = useTranslations('states');
  return (
    <AutoSubmitForm
      action={action}
      query={{ ...filter }}
      label={t('filterLabel')}
      className="mb-3 flex-wrap items-end gap-2 max-sm:grid max-sm:grid-cols-2 sm:flex"
    >
      <FilterMenu
        name="outcome"
        label={t('outcome')}
        applied={filter.outcome}
        all={t('anyOutcome')}
        choices={outcomes.map((outcome) => ({ value: outcome, label: states(outcome) }))}
        className="max-sm:col-span-2 sm:w-40"
      />
      <DayFields from={filter.from} to={filter.to} />
    </AutoSubmitForm>
  );
}

/** Shows all runs of a job, page by page. */
export function RunHistory({
  path,
  page,
  filter,
  position,
  isPortal,
  timeZone,
}: {
  path: Route;
  page: Page<RunSummary, InstantPageCursor>;
  filter: HistoryFilter;
  position: PagePosition<InstantPageCursor> | null;
  /** The portal runs this job itself. */
  isPortal: boolean;
  timeZone: string;
}) {
  const t = useTranslations('jobs.history');
  const lists = useTranslations('lists');
  const states = useStateWords();
  const triggers = useTranslations('runs.triggerWords');
  const locale = useLocale();
  const addresses = listAddresses(path, { ...filter }, page, position, formatInstantPageCursor);
  const describeClock = (run: RunSummary): string => {
    const aheadMs = clockAheadMs(run);
    if (aheadMs === null) return t('clockWrong');
    return t(aheadMs > 0 ? 'clockAhead' : 'clockBehind', { by: formatDuration(Math.abs(aheadMs), locale) });
  };
  const marksOf = (run: RunSummary): RunMark[] => {
    const lateMs = lateByMs(run);
    return [
      ...(run.reportAttempt > 1
        ? [{ kind: 'attempt' as const, text: t('attempt', { number: run.reportAttempt }) }]
        : []),
      ...(run.isClockWrong ? [{ kind: 'clock' as const, text: describeClock(run) }] : []),
      ...(run.isReportedLate ? [{ kind: 'late' as const, text: states.late }] : []),
      ...(lateMs === null
        ? []
        : [{ kind: 'arrival' as const, text: t('arrivedLate', { by: formatDuration(lateMs, locale) }) }]),
    ];
  };
  return (
    <section aria-labelledby="history-title">
      <div className="mb-3 flex flex-wrap items-baseline justify-between gap-x-4">
        <h2 id="history-title" className="text-[0.9375rem] font-semibold">
          {t('title')}
        </h2>
        <span className="text-xs text-ink-muted">{t('zone', { zone: timeZone })}</span>
      </div>
      <HistoryFilterBar action={path} filter={filter} />
      {page.items.length === 0 ? (
        <div className="rounded-lg border border-line bg-surface px-4 py-8 text-center text-ink-muted">
          <p>{t(addresses.isPlain ? 'empty' : 'noMatch')}</p>
          {addresses.isPlain ? null : (
            <LinkButton href={path} size="sm" scroll={false} className="mt-3">
              {lists('clear')}
            </LinkButton>
          )}
        </div>
      ) : (
        <Table
          caption={t('caption')}
          className="scan-table md:table-fixed"
          head={
            <>
              <HeadCell className="w-34">{t('state')}</HeadCell>
              <HeadCell className="w-46">{t('time')}</HeadCell>
              <HeadCell align="end" className="w-28">
                {t('duration')}
              </HeadCell>
              <HeadCell className="w-36">{t(isPortal ? 'trigger' : 'host')}</HeadCell>
              <HeadCell>{t('message')}</HeadCell>
            </>
          }
        >
          <HistoryRows
            texts={{
              states,
              duration: t('duration'),
              from: t(isPortal ? 'trigger' : 'host'),
            }}
            rows={page.items.map((run) => ({
              id: run.id,
              state: shownRunState(run),
              at: run.orderedAt,
              atText: formatPlainTime(run.orderedAt, locale, timeZone),
              marks: marksOf(run),
              duration: run.durationMs === null ? null : formatDuration(run.durationMs, locale),
              from: isPortal ? triggers(run.trigger) : run.host === null ? null : shownText(run.host, 60),
              message: run.message ? shownText(sayMessage(run.message, locale), 160) : null,
            }))}
          />
        </Table>
      )}
      <PaginationLinks
        newerHref={addresses.newer}
        olderHref={addresses.older}
        newestHref={addresses.top}
        order="time"
      />
    </section>
  );
}
