import type { Route } from 'next';
import Link from 'next/link';
import { useLocale, useTranslations } from 'next-intl';
import { AutoSubmitForm } from '#components/ui/auto-submit-form.tsx';
import { formatPlainTime } from '#components/ui/format-time.ts';
import { LinkButton } from '#components/ui/link-button.tsx';
import { PaginationLinks } from '#components/ui/pagination-links.tsx';
import { Select } from '#components/ui/select.tsx';
import { useStateWords } from '#components/ui/status-badge.tsx';
import { HeadCell, Table } from '#components/ui/table.tsx';
import type { RunSummary } from '#data/run-row.ts';
import { clockAheadMs } from '#domain/clock-skew.ts';
import { formatDuration } from '#domain/duration.ts';
import { formatInstantPageCursor, type InstantPageCursor, type Page } from '#domain/page-cursor.ts';
import { type HistoryFilter, outcomes } from '#features/jobs/schemas.ts';
import { addressOf } from '#http/paths.ts';
import { ApplyButton, DayField } from '#components/ui/day-field.tsx';
import { shownText } from '#screens/reported-text.tsx';
import { sayMessage } from '#screens/say-message.ts';
import { HistoryRows } from './history-rows.tsx';

function HistoryFilterBar({ action, filter }: { action: Route; filter: HistoryFilter }) {
  const t = useTranslations('jobs.history');
  const states = useTranslations('states');
  const query = Object.entries(filter).filter((entry): entry is [string, string] => entry[1] !== null);
  return (
    <AutoSubmitForm
      action={action}
      applied={new URLSearchParams(query).toString()}
      label={t('filterLabel')}
      className="mb-3 flex-wrap items-end gap-2 max-sm:grid max-sm:grid-cols-2 sm:flex"
    >
      <Select
        name="outcome"
        defaultValue={filter.outcome ?? ''}
        aria-label={t('outcome')}
        className="max-sm:col-span-2 sm:w-40"
        choices={[
          { value: '', label: t('anyOutcome') },
          ...outcomes.map((outcome) => ({ value: outcome, label: states(outcome) })),
        ]}
      />
      <DayField name="from" label={t('from')} defaultValue={filter.from} />
      <DayField name="to" label={t('to')} defaultValue={filter.to} />
      <ApplyButton>{t('apply')}</ApplyButton>
    </AutoSubmitForm>
  );
}

/** All runs of a job, page by page. */
export function RunHistory({
  path,
  page,
  filter,
  isFirstPage,
  isPortal,
  timeZone,
}: {
  path: Route;
  page: Page<RunSummary, InstantPageCursor>;
  filter: HistoryFilter;
  isFirstPage: boolean;
  /** The portal runs this job itself. */
  isPortal: boolean;
  timeZone: string;
}) {
  const t = useTranslations('jobs.history');
  const states = useStateWords();
  const triggers = useTranslations('runs.triggerWords');
  const locale = useLocale();
  const isNarrowed = filter.outcome !== null || filter.from !== null || filter.to !== null;
  const query = { ...filter };
  const describeClock = (run: RunSummary): string | null => {
    if (!run.isClockWrong) return null;
    const aheadMs = clockAheadMs(run);
    return aheadMs === null ? t('clockWrong') : t('clockAhead', { ahead: formatDuration(aheadMs, locale) });
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
          <p>{t(isNarrowed || !isFirstPage ? 'noMatch' : 'empty')}</p>
          {isNarrowed || !isFirstPage ? (
            <LinkButton href={path} size="sm" scroll={false} className="mt-3">
              {t('clear')}
            </LinkButton>
          ) : null}
        </div>
      ) : (
        <Table
          caption={t('caption')}
          className="scan-table md:table-fixed"
          head={
            <>
              <HeadCell className="w-24">{t('state')}</HeadCell>
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
              state: run.state,
              at: run.orderedAt,
              atText: formatPlainTime(run.orderedAt, locale, timeZone),
              clockAhead: describeClock(run),
              duration: run.durationMs === null ? null : formatDuration(run.durationMs, locale),
              from: isPortal ? triggers(run.trigger) : run.host === null ? null : shownText(run.host, 60),
              message: run.message ? shownText(sayMessage(run.message, locale), 160) : null,
            }))}
          />
        </Table>
      )}
      <PaginationLinks
        newerHref={page.newer && addressOf(path, { ...query, before: formatInstantPageCursor(page.newer) })}
        olderHref={page.older && addressOf(path, { ...query, after: formatInstantPageCursor(page.older) })}
      />
      {page.newer ? (
        <p className="mt-2 text-[0.8125rem]">
          <Link href={addressOf(path, query)} className="text-accent underline">
            {t('newest')}
          </Link>
        </p>
      ) : null}
    </section>
  );
}
