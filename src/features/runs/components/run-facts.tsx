import { useLocale, useTranslations } from 'next-intl';
import Link from 'next/link';
import type { ReactNode } from 'react';
import { ExactTime, RelativeTime } from '#components/ui/relative-time.tsx';
import { lateByMs } from '#domain/clock-skew.ts';
import { formatDuration } from '#domain/duration.ts';
import { runPath } from '#http/paths.ts';
import { ReportedText } from '#screens/reported-text.tsx';
import type { PortalRunDetail } from '#features/runs/portal-run.ts';
import type { Reporter, RunDetail } from '#features/runs/queries.ts';
import { usePortalFacts } from './portal-run-cards.tsx';

function Time({ at, timeZone }: { at: string; timeZone: string }) {
  return (
    <>
      <ExactTime at={at} timeZone={timeZone} />{' '}
      <span className="whitespace-nowrap text-ink-muted">
        (<RelativeTime at={at} timeZone={timeZone} />)
      </span>
    </>
  );
}

/** Shows the facts about a run, as pairs. */
export function RunFacts({
  run,
  portalRun,
  reporter,
  timeZone,
}: {
  run: RunDetail;
  /** Null for a run of an external job. */
  portalRun: PortalRunDetail | null;
  reporter: Reporter;
  timeZone: string;
}) {
  const t = useTranslations('runs');
  const locale = useLocale();
  const portalFacts = usePortalFacts(portalRun, timeZone);
  const lateMs = lateByMs(run);
  const unknown = <span className="text-ink-muted">{t('facts.unknown')}</span>;
  const facts: [string, ReactNode][] = [
    [t('facts.started'), run.startedAt === null ? unknown : <Time at={run.startedAt} timeZone={timeZone} />],
    [
      t('facts.finished'),
      run.finishedAt === null ? unknown : <Time at={run.finishedAt} timeZone={timeZone} />,
    ],
    [t('facts.duration'), run.durationMs === null ? unknown : formatDuration(run.durationMs, locale)],
    ...(portalRun === null || run.exitCode !== null
      ? ([
          [
            t('facts.exitCode'),
            run.exitCode === null ? unknown : <span className="font-mono">{run.exitCode}</span>,
          ],
        ] as [string, ReactNode][])
      : []),
    [
      t(portalRun === null ? 'facts.host' : 'facts.worker'),
      run.host === null && !portalRun?.workerId ? (
        unknown
      ) : (
        <ReportedText text={run.host ?? portalRun?.workerId ?? ''} />
      ),
    ],
    [
      t(portalRun === null ? 'facts.received' : 'facts.queued'),
      <span key="received">
        <ExactTime at={run.receivedAt} timeZone={timeZone} />
        {lateMs === null ? null : (
          <span className="block text-ink-muted">
            {t('facts.arrivedLate', { by: formatDuration(lateMs, locale) })}
          </span>
        )}
      </span>,
    ],
    ...(run.trigger === 'report' && run.reportAttempt > 1
      ? ([
          [
            t('facts.reportAttempt'),
            <span key="attempt">
              {t('facts.reportAttemptOf', { number: run.reportAttempt })}
              {run.originRunId === null ? null : (
                <Link href={runPath(run.originRunId)} className="block text-accent underline">
                  {t('facts.firstAttempt')}
                </Link>
              )}
            </span>,
          ],
        ] as [string, ReactNode][])
      : []),
    [t('facts.trigger'), t(`triggers.${run.trigger}`)],
    ...portalFacts,
    ...(portalRun === null
      ? ([
          [
            t('facts.reporter'),
            reporter.kind === 'namedKey'
              ? t('reporters.namedKey', { name: reporter.name, prefix: reporter.prefix })
              : t(`reporters.${reporter.kind}`),
          ],
        ] as [string, ReactNode][])
      : []),
    [
      t('facts.id'),
      <code key="id" className="font-mono text-xs wrap-anywhere">
        {run.id}
      </code>,
    ],
  ];
  return (
    <dl className="grid gap-x-8 gap-y-1.5 sm:grid-cols-2 sm:gap-y-3 lg:grid-cols-3">
      {facts.map(([name, value]) => (
        <div
          key={name}
          className="min-w-0 max-sm:grid max-sm:grid-cols-[6.5rem_minmax(0,1fr)] max-sm:items-baseline max-sm:gap-3"
        >
          <dt className="text-xs text-ink-muted">{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}
