import { ChevronLeft, ChevronRight } from 'lucide';
import type { Metadata, Route } from 'next';
import Link from 'next/link';
import { getLocale, getTranslations } from 'next-intl/server';
import { AutoRefresh } from '#components/ui/auto-refresh.tsx';
import { Card, CardHeader } from '#components/ui/card.tsx';
import { formatPlainTime } from '#components/ui/format-time.ts';
import { Icon } from '#components/ui/icon.tsx';
import { LinkButton } from '#components/ui/link-button.tsx';
import { Notice } from '#components/ui/notice.tsx';
import { PageHeader } from '#components/ui/page-header.tsx';
import { StatusBadge } from '#components/ui/status-badge.tsx';
import { PortalError } from '#domain/errors.ts';
import { oneLine, readableText } from '#domain/reported-text.ts';
import { isUnfinished } from '#domain/run-state.ts';
import { OwnMessage } from '#features/kit/components/own-message.tsx';
import { ReportedText } from '#features/kit/components/reported-text.tsx';
import { requireMember } from '#features/kit/current-member.ts';
import { portalPage } from '#features/kit/portal-page.tsx';
import { LogCard } from '#features/runs/components/log-card.tsx';
import {
  AttemptsCard,
  InputCard,
  ProgressCard,
  RunErrorCard,
} from '#features/runs/components/portal-run-cards.tsx';
import { RunActions } from '#features/runs/components/run-actions.tsx';
import { RunFacts } from '#features/runs/components/run-facts.tsx';
import { readPortalRun, readRunForms } from '#features/runs/portal-run.ts';
import { findNeighbours, getRunOnce, readReporter } from '#features/runs/queries.ts';

export async function generateMetadata({ params }: PageProps<'/runs/[id]'>): Promise<Metadata> {
  try {
    const run = await getRunOnce(await requireMember(), (await params).id);
    return { title: oneLine(readableText(run.job.title), 80) };
  } catch (error) {
    // The page answers it.
    if (error instanceof PortalError) return {};
    throw error;
  }
}

export default portalPage<PageProps<'/runs/[id]'>>(async ({ params }) => {
  const member = await requireMember();
  const run = await getRunOnce(member, (await params).id);
  const [{ newer, older }, reporter, portalRun, forms, t, locale] = await Promise.all([
    findNeighbours(member, run),
    readReporter(member, run.apiKeyId),
    readPortalRun(member, run.id),
    readRunForms(member, [run.job.id]),
    getTranslations('runs'),
    getLocale(),
  ]);
  const isAdmin = member.role === 'admin';
  const isLive = portalRun !== null && isUnfinished(run.state);
  const time = formatPlainTime(run.orderedAt, locale, member.timeZone);
  return (
    <>
      <PageHeader
        above={
          <Link
            href={`/jobs/${run.job.id}` as Route}
            className="inline-flex items-center gap-1 hover:text-ink"
          >
            <Icon node={ChevronLeft} className="size-3.5" />
            <span>
              {t.rich('back', { job: () => <ReportedText key="job" text={run.job.title} lengthMax={40} /> })}
            </span>
          </Link>
        }
        title={
          <span className="flex flex-wrap items-center gap-x-3 gap-y-1">
            {t('title', { time })}
            <StatusBadge state={run.state} />
          </span>
        }
        actions={
          <nav aria-label={t('neighbours')} className="flex flex-wrap gap-2">
            {older === null ? null : (
              <LinkButton href={`/runs/${older}` as Route} size="sm" prefetch={false}>
                <Icon node={ChevronLeft} />
                {t('older')}
              </LinkButton>
            )}
            {newer === null ? null : (
              <LinkButton href={`/runs/${newer}` as Route} size="sm" prefetch={false}>
                {t('newer')}
                <Icon node={ChevronRight} />
              </LinkButton>
            )}
          </nav>
        }
      />
      {isLive ? <AutoRefresh seconds={1} /> : null}
      <div className="space-y-5">
        {portalRun === null ? null : (
          <div className="flex flex-wrap gap-2 empty:hidden">
            <RunActions
              runId={run.id}
              state={run.state}
              run={portalRun}
              jobCursor={forms.get(run.job.id)?.cursor ?? null}
              mayCancel={isAdmin || portalRun.requestedBy === member.userId}
              mayRerun={isAdmin}
            />
          </div>
        )}
        {portalRun === null ? null : (
          <>
            <ProgressCard state={run.state} run={portalRun} timeZone={member.timeZone} />
            <RunErrorCard run={portalRun} />
          </>
        )}
        {run.isClockWrong ? (
          <Notice tone="warning" title={t('clockWrong.title')}>
            <p>{t('clockWrong.body')}</p>
          </Notice>
        ) : null}
        <Card>
          <RunFacts run={run} portalRun={portalRun} reporter={reporter} timeZone={member.timeZone} />
        </Card>
        {run.message !== null && run.message === portalRun?.error?.message ? null : (
          <Card>
            <CardHeader title={t('message')} />
            {run.message ? (
              <div className="whitespace-pre-wrap">
                {portalRun === null ? <ReportedText text={run.message} /> : <OwnMessage text={run.message} />}
              </div>
            ) : (
              <p className="text-ink-muted">{t('noMessage')}</p>
            )}
          </Card>
        )}
        {run.metrics.length > 0 ? (
          <Card>
            <CardHeader title={t('metrics.title')} />
            <dl className="grid gap-x-8 gap-y-3 sm:grid-cols-3 lg:grid-cols-4">
              {run.metrics.map(({ name, value }) => (
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
          </Card>
        ) : null}
        {portalRun === null ? null : (
          <>
            <InputCard run={portalRun} />
            <AttemptsCard attempts={portalRun.attempts} timeZone={member.timeZone} />
          </>
        )}
        <LogCard runId={run.id} log={run.log} />
      </div>
    </>
  );
});
