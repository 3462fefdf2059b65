import {
  CircleCheck,
  CircleMinus,
  CircleX,
  Clock3,
  type LucideIcon,
  LoaderCircle,
  RotateCcw,
  TimerOff,
  Undo2,
  Unplug,
} from 'lucide-react';
import Link from 'next/link';
import { useFormatter, useLocale, useTranslations } from 'next-intl';
import type { ReactNode } from 'react';
import { Badge, type Tone } from '#components/ui/badge.tsx';
import { Card, CardHeader } from '#components/ui/card.tsx';
import { classNames } from '#components/ui/class-names.ts';
import { formatPlainTime } from '#components/ui/format-time.ts';
import { Icon } from '#components/ui/icon.tsx';
import { ProgressBar } from '#components/ui/progress-bar.tsx';
import { ExactTime, RelativeTime } from '#components/ui/relative-time.tsx';
import { Cell, HeadCell, Row, Table } from '#components/ui/table.tsx';
import { formatDuration } from '#domain/duration.ts';
import { readableText } from '#domain/readable-text.ts';
import type { RunState } from '#domain/run-state.ts';
import { pluginPath, runPath } from '#http/paths.ts';
import { MessageText } from '#screens/message-text.tsx';
import { ReportedText } from '#screens/reported-text.tsx';
import type { PortalRunDetail, RunAttempt } from '#features/runs/portal-run.ts';

/** Shows the progress of a run that has not finished. */
export function ProgressCard({
  state,
  run,
  timeZone,
}: {
  state: RunState;
  run: PortalRunDetail;
  timeZone: string;
}) {
  const t = useTranslations('runs.portal');
  const { progress, nextAttemptAt } = run;
  if (state !== 'pending' && state !== 'running') return null;
  return (
    <Card aria-labelledby="progress-title">
      <CardHeader
        id="progress-title"
        title={t('progress')}
        action={<span className="text-xs text-ink-muted">{t('live')}</span>}
      />
      <div className="min-h-10 space-y-2">
        {state === 'pending' ? (
          <p className="text-ink-muted">
            {nextAttemptAt === null
              ? t('waitingForWorker')
              : t.rich('waitingForRetry', {
                  time: () => <RelativeTime key="time" at={nextAttemptAt} timeZone={timeZone} />,
                })}
          </p>
        ) : (
          <>
            <ProgressBar done={progress?.done ?? 0} total={progress?.total ?? null} label={t('progress')} />
            <p className="flex flex-wrap gap-x-3 text-[0.8125rem] text-ink-muted">
              {progress === null ? null : (
                <span>
                  {progress.total === null
                    ? t('progressDone', { done: progress.done })
                    : t('progressOf', { done: progress.done, total: progress.total })}
                </span>
              )}
              {progress?.note ? <MessageText message={progress.note} lengthMax={200} /> : null}
            </p>
          </>
        )}
      </div>
    </Card>
  );
}

/** Shows why a run failed; with the stack if the query returned it, which it does only for admins. */
export function RunErrorCard({ run }: { run: PortalRunDetail }) {
  const t = useTranslations('runs.portal');
  if (run.error === null) return null;
  return (
    <Card aria-labelledby="error-title" className="border-danger/40">
      <CardHeader id="error-title" title={t('error')} />
      <p className="font-mono text-[0.8125rem] text-danger">
        <ReportedText text={run.error.name} lengthMax={200} />
      </p>
      <p className="mt-1 whitespace-pre-wrap">
        <MessageText message={run.error.message} />
      </p>
      {run.stack === null ? null : (
        <details className="mt-3">
          <summary className="w-fit text-[0.8125rem] text-ink-muted hover:text-ink">
            {t('stack')} <span className="text-xs">{t('stackHint')}</span>
          </summary>
          <pre
            tabIndex={0}
            role="region"
            aria-label={t('stack')}
            dir="ltr"
            className="mt-2 max-h-96 overflow-auto rounded-md border border-line bg-sunken p-3 font-mono text-xs leading-relaxed"
          >
            <bdi>{readableText(run.stack)}</bdi>
          </pre>
        </details>
      )}
    </Card>
  );
}

const outcomes = [
  'success',
  'failed',
  'retry',
  'canceled',
  'snoozed',
  'released',
  'lost',
  'timed_out',
] as const;
const outcomeLooks: Record<(typeof outcomes)[number] | 'running', { tone: Tone; icon: LucideIcon }> = {
  running: { tone: 'info', icon: LoaderCircle },
  success: { tone: 'success', icon: CircleCheck },
  failed: { tone: 'danger', icon: CircleX },
  timed_out: { tone: 'danger', icon: TimerOff },
  retry: { tone: 'warning', icon: RotateCcw },
  lost: { tone: 'warning', icon: Unplug },
  canceled: { tone: 'neutral', icon: CircleMinus },
  snoozed: { tone: 'neutral', icon: Clock3 },
  released: { tone: 'neutral', icon: Undo2 },
};

/** Shows each attempt of a run. */
export function AttemptsCard({ attempts, timeZone }: { attempts: readonly RunAttempt[]; timeZone: string }) {
  const t = useTranslations('runs.portal');
  const locale = useLocale();
  if (attempts.length === 0) return null;
  return (
    <section aria-labelledby="attempts-title">
      <h2 id="attempts-title" className="mb-3 text-[0.9375rem] font-semibold">
        {t('attempts')}
      </h2>
      <Table
        caption={t('attemptsCaption')}
        className="md:table-fixed"
        head={
          <>
            <HeadCell className="w-18">{t('attempt')}</HeadCell>
            <HeadCell className="w-34">{t('outcome')}</HeadCell>
            <HeadCell className="w-46">{t('started')}</HeadCell>
            <HeadCell align="end" className="w-24">
              {t('duration')}
            </HeadCell>
            <HeadCell className="w-40 @max-4xl:hidden">{t('worker')}</HeadCell>
            <HeadCell>{t('message')}</HeadCell>
          </>
        }
      >
        {attempts.map((attempt) => {
          const outcome = outcomes.find((known) => known === attempt.outcome) ?? 'running';
          const { tone, icon } = outcomeLooks[outcome];
          const durationMs =
            attempt.finishedAt === null
              ? null
              : Date.parse(attempt.finishedAt) - Date.parse(attempt.startedAt);
          return (
            <Row key={attempt.attempt}>
              <Cell>{t('nth', { count: attempt.attempt })}</Cell>
              <Cell label={t('outcome')}>
                <Badge tone={tone}>
                  <Icon icon={icon} className="size-3.5" />
                  {t(`outcomes.${outcome}`)}
                </Badge>
              </Cell>
              <Cell label={t('started')} className="whitespace-nowrap">
                <time dateTime={attempt.startedAt}>
                  {formatPlainTime(attempt.startedAt, locale, timeZone)}
                </time>
              </Cell>
              <Cell align="end" label={durationMs === null ? undefined : t('duration')}>
                {durationMs === null ? null : formatDuration(Math.max(0, durationMs), locale)}
              </Cell>
              <Cell label={t('worker')} className="text-ink-muted md:@max-4xl:hidden">
                <span className="block font-mono text-xs wrap-anywhere">{attempt.workerId}</span>
              </Cell>
              <Cell label={attempt.errorMessage ? t('message') : undefined} className="text-ink-muted">
                {attempt.errorMessage ? <MessageText message={attempt.errorMessage} lengthMax={200} /> : null}
              </Cell>
            </Row>
          );
        })}
      </Table>
    </section>
  );
}

function JsonText({ value, label }: { value: unknown; label: string }) {
  return (
    <pre
      tabIndex={0}
      role="region"
      aria-label={label}
      dir="ltr"
      className="max-h-72 overflow-auto rounded-md border border-line bg-sunken p-3 font-mono text-[0.8125rem] leading-relaxed wrap-anywhere whitespace-pre-wrap"
    >
      <bdi>{readableText(JSON.stringify(value, null, 2))}</bdi>
    </pre>
  );
}

/** Shows a run's input, its result, and how its cursor moved. */
export function InputCard({ run }: { run: PortalRunDetail }) {
  const t = useTranslations('runs.portal');
  const cursor = (text: string | null) =>
    text === null ? (
      <span className="text-ink-muted">{t('noCursor')}</span>
    ) : (
      <ReportedText text={text} lengthMax={500} className="font-mono text-[0.8125rem]" />
    );
  return (
    <Card aria-labelledby="input-title">
      <CardHeader id="input-title" title={t('input')} />
      <div className={classNames('grid gap-4', run.result !== null && 'md:grid-cols-2')}>
        <div className="min-w-0">
          <h3 className="mb-1 text-xs text-ink-muted">{t('payload')}</h3>
          {Object.keys(run.payload).length === 0 ? (
            <p className="text-ink-muted">{t('noPayload')}</p>
          ) : (
            <JsonText value={run.payload} label={t('payload')} />
          )}
        </div>
        {run.result === null ? null : (
          <div className="min-w-0">
            <h3 className="mb-1 text-xs text-ink-muted">{t('result')}</h3>
            <JsonText value={run.result} label={t('result')} />
          </div>
        )}
      </div>
      {run.declared?.hasCursor || run.cursorAfter !== null || run.cursorBefore !== null ? (
        <dl className="mt-4 grid gap-x-8 gap-y-3 sm:grid-cols-2">
          <div className="min-w-0">
            <dt className="text-xs text-ink-muted">{t('cursorBefore')}</dt>
            <dd>{cursor(run.cursorBefore)}</dd>
          </div>
          <div className="min-w-0">
            <dt className="text-xs text-ink-muted">{t('cursorAfter')}</dt>
            <dd>{cursor(run.cursorAfter)}</dd>
          </div>
        </dl>
      ) : null}
    </Card>
  );
}

/** Returns facts that only runs of the portal have, as pairs for RunFacts. */
export function usePortalFacts(run: PortalRunDetail | null, timeZone: string): [string, ReactNode][] {
  const t = useTranslations('runs');
  const format = useFormatter();
  if (run === null) return [];
  return [
    ...(run.scheduledFor === null
      ? []
      : ([[t('facts.scheduledFor'), <ExactTime key="for" at={run.scheduledFor} timeZone={timeZone} />]] as [
          string,
          ReactNode,
        ][])),
    [t('facts.attempt'), format.number(run.attempt)],
    [
      t('facts.events'),
      run.eventsProcessed === null ? t('facts.unknown') : format.number(run.eventsProcessed),
    ],
    [
      t('facts.plugin'),
      <Link key="plugin" href={pluginPath(run.plugin.id)} className="text-accent underline">
        <ReportedText text={run.plugin.name} lengthMax={80} />
      </Link>,
    ],
    ...(run.requesterName === null
      ? []
      : ([[t('facts.requestedBy'), run.requesterName]] as [string, ReactNode][])),
    ...(run.originRunId === null
      ? []
      : ([
          [
            t('rerun.origin'),
            <Link
              key="origin"
              href={runPath(run.originRunId)}
              className="font-mono text-xs wrap-anywhere text-accent underline"
            >
              {run.originRunId}
            </Link>,
          ],
        ] as [string, ReactNode][])),
  ];
}
