import { CircleSlash, PowerOff } from 'lucide-react';
import type { Route } from 'next';
import Link from 'next/link';
import { useLocale, useTranslations } from 'next-intl';
import { Card, CardHeader } from '#components/ui/card.tsx';
import { formatPlainTime } from '#components/ui/format-time.ts';
import { Icon } from '#components/ui/icon.tsx';
import type { OffState } from '#data/plugin-job-row.ts';
import type { Occurrence } from '#features/scheduler/queries.ts';
import { runPath } from '#http/paths.ts';
import { OffSince } from '#screens/off-since.tsx';

const reasons = [
  'disabled',
  'plugin_disabled',
  'globally_disabled',
  'schedule_deleted',
  'blackout',
  'overlap',
  'misfire_skipped',
  'misfire_collapsed',
  'misfire_bound',
  'schedule_broken',
] as const;

/** Shows which of a schedule's instants started a run, and why the others did not. */
export function OccurrenceList({
  occurrences,
  off = null,
  timeZone,
  olderHref,
  hasTitle = true,
}: {
  occurrences: readonly Occurrence[];
  /** Why nothing starts now; null if it does, or if the page shows older entries. */
  off?: OffState | null;
  timeZone: string;
  olderHref: Route | null;
  /** False if the page already shows it. */
  hasTitle?: boolean;
}) {
  const t = useTranslations('schedules.ledger');
  const locale = useLocale();
  const time = (at: string) => formatPlainTime(at, locale, timeZone);
  return (
    <Card aria-label={t('title')}>
      {hasTitle ? <CardHeader title={t('title')} description={t('description')} /> : null}
      {occurrences.length === 0 && off === null ? (
        <p className="text-ink-muted">{t('empty')}</p>
      ) : (
        <ul className="divide-y divide-line text-[0.8125rem]">
          {off === null ? null : (
            <li className="flex items-center gap-1.5 py-1.5 text-ink-muted">
              <Icon icon={PowerOff} className="size-3.5" />
              <OffSince off={off} timeZone={timeZone} />
            </li>
          )}
          {occurrences.map((one) => {
            const reason = reasons.find((known) => known === one.reason);
            return (
              <li key={one.id} className="flex flex-wrap items-baseline gap-x-4 gap-y-0.5 py-1.5">
                <span className="whitespace-nowrap">
                  <time dateTime={one.nominalAt}>{time(one.nominalAt)}</time>
                  {one.count > 1 ? (
                    <>
                      {' – '}
                      <time dateTime={one.throughNominalAt}>{time(one.throughNominalAt)}</time>
                    </>
                  ) : null}
                </span>
                {one.runId === null ? (
                  <span
                    className={`inline-flex flex-wrap items-center gap-1.5 ${one.off ? 'text-ink-muted' : 'text-warning'}`}
                  >
                    <Icon icon={one.off ? PowerOff : CircleSlash} className="size-3.5" />
                    {reason ? t(`reasons.${reason}`) : t('reasons.other', { state: one.state })}
                    {one.count > 1 ? ` ${t('count', { count: one.count })}` : null}
                    {one.off ? (
                      <span className="text-xs">
                        {t('switchedOff', {
                          time: time(one.off.since),
                          hasName: one.off.by === '' ? 'no' : 'yes',
                          name: one.off.by,
                        })}
                      </span>
                    ) : null}
                  </span>
                ) : (
                  <>
                    <Link href={runPath(one.runId)} prefetch={false} className="text-accent underline">
                      {t('started')}
                    </Link>
                    {one.dueAt === one.nominalAt ? null : (
                      <span className="text-ink-muted">{t('spreadTo', { time: time(one.dueAt) })}</span>
                    )}
                  </>
                )}
              </li>
            );
          })}
        </ul>
      )}
      {olderHref === null ? null : (
        <p className="mt-3 text-[0.8125rem]">
          <Link href={olderHref} scroll={false} className="text-accent underline">
            {t('older')}
          </Link>
        </p>
      )}
    </Card>
  );
}
