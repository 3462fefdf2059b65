import { useLocale, useTranslations } from 'next-intl';
import { clockAheadMinutesMax } from '#domain/limits.ts';
import { AutoRefresh } from '#components/ui/auto-refresh.tsx';
import { Card, CardHeader } from '#components/ui/card.tsx';
import { Notice } from '#components/ui/notice.tsx';
import type { Run } from '#data/run-row.ts';
import { clockAheadMs } from '#domain/clock-skew.ts';
import { formatDuration } from '#domain/duration.ts';
import { isUnfinished } from '#domain/run-state.ts';
import { MessageText } from '#screens/message-text.tsx';
import { ReportedText, shownText } from '#screens/reported-text.tsx';
import type { WholeRun } from '#features/runs/whole-run.ts';
import { LogCard } from './log-card.tsx';
import { AttemptsCard, InputCard, ProgressCard, RunErrorCard } from './portal-run-cards.tsx';
import { RunFacts } from './run-facts.tsx';

function Metrics({ metrics }: { metrics: Run['metrics'] }) {
  const t = useTranslations('runs.metrics');
  if (metrics.length === 0) return null;
  return (
    <section aria-labelledby="metrics-title" className="mt-4 border-t border-line pt-4">
      <h2 id="metrics-title" className="mb-2 text-[0.9375rem] font-semibold">
        {t('title')}
      </h2>
      <dl className="grid grid-cols-2 gap-x-8 gap-y-3 sm:grid-cols-3 lg:grid-cols-4">
        {metrics.map(({ name, value }) => (
          <div key={name} className="min-w-0">
            <dt className="text-xs text-ink-muted">
              <ReportedText text={name} lengthMax={100} />
            </dt>
            <dd className="font-mono">
              <ReportedText text={value} lengthMax={200} />
            </dd>
          </div>
        ))}
      </dl>
    </section>
  );
}

/** Shows everything about a run below its title, on its own page and in the drawer next to a list. */
export function RunBody({ whole, timeZone }: { whole: WholeRun; timeZone: string }) {
  const t = useTranslations('runs');
  const { run, reporter, portalRun } = whole;
  const locale = useLocale();
  const aheadMs = clockAheadMs(run);
  const clock = {
    host: run.host === null ? t('clockWrong.someHost') : shownText(run.host, 60),
    by: aheadMs === null ? '' : formatDuration(Math.abs(aheadMs), locale),
  };
  const clockTitle = aheadMs === null ? 'title' : aheadMs > 0 ? 'ahead' : 'behind';
  const isLive = portalRun !== null && isUnfinished(run.state);
  return (
    <>
      {isLive ? <AutoRefresh seconds={1} /> : null}
      <div className="@container space-y-5">
        {portalRun === null ? null : (
          <>
            <ProgressCard state={run.state} run={portalRun} timeZone={timeZone} />
            <RunErrorCard run={portalRun} />
          </>
        )}
        {run.isRunningLong ? (
          <Notice
            tone="warning"
            title={t('runningLong.title', { limit: formatDuration(run.longestSeconds * 1000, locale) })}
          >
            <p>{t(portalRun === null ? 'runningLong.reported' : 'runningLong.own')}</p>
          </Notice>
        ) : null}
        {run.isReportedLate ? (
          <Notice tone="warning" title={t('reportedLate.title')}>
            <p>{t('reportedLate.body')}</p>
          </Notice>
        ) : null}
        {run.isClockWrong ? (
          <Notice tone="warning" title={t(`clockWrong.${clockTitle}`, clock)}>
            <p>
              {run.clockAheadMs === null
                ? t('clockWrong.body', { minutes: clockAheadMinutesMax })
                : t('clockWrong.measured')}
            </p>
          </Notice>
        ) : null}
        {run.message !== null && run.message.text === portalRun?.error?.message.text ? null : (
          <Card>
            <CardHeader title={t('message')} />
            {run.message ? (
              <div className="whitespace-pre-wrap">
                <MessageText message={run.message} />
              </div>
            ) : (
              <p className="text-ink-muted">{t('noMessage')}</p>
            )}
          </Card>
        )}
        <Card>
          <RunFacts run={run} portalRun={portalRun} reporter={reporter} timeZone={timeZone} />
          <Metrics metrics={run.metrics} />
        </Card>
        {portalRun === null ? null : (
          <>
            <InputCard run={portalRun} />
            <AttemptsCard attempts={portalRun.attempts} timeZone={timeZone} />
          </>
        )}
        <LogCard runId={run.id} log={run.log} />
      </div>
    </>
  );
}
