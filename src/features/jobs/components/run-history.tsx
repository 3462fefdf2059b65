import { ClockAlert } from 'lucide';
import type { Route } from 'next';
import Link from 'next/link';
import { useLocale, useTranslations } from 'next-intl';
import { AutoSubmitForm } from '#components/ui/auto-submit-form.tsx';
import { Button } from '#components/ui/button.tsx';
import { formatPlainTime } from '#components/ui/format-time.ts';
import { Icon } from '#components/ui/icon.tsx';
import { Input } from '#components/ui/input.tsx';
import { LinkButton } from '#components/ui/link-button.tsx';
import { PaginationLinks } from '#components/ui/pagination-links.tsx';
import { Select } from '#components/ui/select.tsx';
import { StatusBadge } from '#components/ui/status-badge.tsx';
import { Cell, HeadCell, Row, Table } from '#components/ui/table.tsx';
import type { RunSummary } from '#data/run-row.ts';
import { formatDuration } from '#domain/duration.ts';
import { formatInstantCursor, type InstantCursor, type Page } from '#domain/page-cursor.ts';
import { type HistoryFilter, outcomes } from '#features/jobs/schemas.ts';
import { addressOf } from '#features/kit/address.ts';
import { ReportedText } from '#features/kit/components/reported-text.tsx';

function HistoryFilterBar({ action, filter }: { action: Route; filter: HistoryFilter }) {
  const t = useTranslations('jobs.history');
  const states = useTranslations('states');
  const query = Object.entries(filter).filter((entry): entry is [string, string] => entry[1] !== null);
  return (
    <AutoSubmitForm
      action={action}
      applied={new URLSearchParams(query).toString()}
      label={t('filterLabel')}
      className="mb-3 flex flex-wrap items-end gap-2"
    >
      <Select
        name="outcome"
        defaultValue={filter.outcome ?? ''}
        aria-label={t('outcome')}
        className="max-sm:basis-full sm:w-40"
      >
        <option value="">{t('anyOutcome')}</option>
        {outcomes.map((outcome) => (
          <option key={outcome} value={outcome}>
            {states(outcome)}
          </option>
        ))}
      </Select>
      <label className="flex items-center gap-2 text-[0.8125rem] max-sm:flex-1">
        <span className="whitespace-nowrap text-ink-muted">{t('from')}</span>
        <Input type="date" name="from" defaultValue={filter.from ?? ''} className="sm:w-38" />
      </label>
      <label className="flex items-center gap-2 text-[0.8125rem] max-sm:flex-1">
        <span className="whitespace-nowrap text-ink-muted">{t('to')}</span>
        <Input type="date" name="to" defaultValue={filter.to ?? ''} className="sm:w-38" />
      </label>
      <Button type="submit">{t('apply')}</Button>
    </AutoSubmitForm>
  );
}

/** All runs of a job, page by page. */
export function RunHistory({
  path,
  page,
  filter,
  isFirstPage,
  timeZone,
}: {
  path: Route;
  page: Page<RunSummary, InstantCursor>;
  filter: HistoryFilter;
  isFirstPage: boolean;
  timeZone: string;
}) {
  const t = useTranslations('jobs.history');
  const locale = useLocale();
  const isNarrowed = filter.outcome !== null || filter.from !== null || filter.to !== null;
  const query = { ...filter };
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
          className="md:table-fixed"
          head={
            <>
              <HeadCell className="w-24">{t('state')}</HeadCell>
              <HeadCell className="w-46">{t('time')}</HeadCell>
              <HeadCell align="end" className="w-28">
                {t('duration')}
              </HeadCell>
              <HeadCell className="w-36">{t('host')}</HeadCell>
              <HeadCell>{t('message')}</HeadCell>
            </>
          }
        >
          {page.items.map((run) => (
            <Row key={run.id} linked>
              <Cell>
                <StatusBadge state={run.state} />
              </Cell>
              <Cell>
                <Link
                  href={`/runs/${run.id}` as Route}
                  prefetch={false}
                  className="whitespace-nowrap after:absolute after:inset-0 hover:underline"
                >
                  <time dateTime={run.orderedAt}>{formatPlainTime(run.orderedAt, locale, timeZone)}</time>
                </Link>
                {run.isClockWrong ? (
                  <span className="inline-flex items-center gap-1 ps-2 text-xs text-warning">
                    <Icon node={ClockAlert} className="size-3.5" />
                    {t('clockWrong')}
                  </span>
                ) : null}
              </Cell>
              <Cell align="end" label={run.durationMs === null ? undefined : t('duration')}>
                {run.durationMs === null ? null : formatDuration(run.durationMs, locale)}
              </Cell>
              <Cell label={run.host === null ? undefined : t('host')} className="text-ink-muted">
                {run.host === null ? null : (
                  <ReportedText text={run.host} lengthMax={60} className="block md:truncate" />
                )}
              </Cell>
              <Cell label={run.message ? t('message') : undefined} className="text-ink-muted">
                {run.message ? (
                  <ReportedText
                    text={run.message}
                    lengthMax={160}
                    className="block max-md:line-clamp-3 md:truncate"
                  />
                ) : null}
              </Cell>
            </Row>
          ))}
        </Table>
      )}
      <PaginationLinks
        newerHref={page.newer && addressOf(path, { ...query, before: formatInstantCursor(page.newer) })}
        olderHref={page.older && addressOf(path, { ...query, after: formatInstantCursor(page.older) })}
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
