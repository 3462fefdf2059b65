import { Trash2 } from 'lucide-react';
import type { Metadata } from 'next';
import Link from 'next/link';
import { getLocale, getTranslations } from 'next-intl/server';
import { AutoRefresh } from '#components/ui/auto-refresh.tsx';
import { Card, CardHeader } from '#components/ui/card.tsx';
import { Icon } from '#components/ui/icon.tsx';
import { LinkButton } from '#components/ui/link-button.tsx';
import { Notice } from '#components/ui/notice.tsx';
import { PageHeader } from '#components/ui/page-header.tsx';
import { ExactTime } from '#components/ui/relative-time.tsx';
import { StatusBadge } from '#components/ui/status-badge.tsx';
import { PortalError } from '#domain/errors.ts';
import { textIn } from '#domain/plugin/payload-schema.ts';
import { oneLine, readableText } from '#domain/readable-text.ts';
import { DailyChart } from '#features/jobs/components/daily-chart.tsx';
import { ExpectationCard } from '#features/jobs/components/expectation-card.tsx';
import { LateFailureNotice } from '#features/jobs/components/late-failure-notice.tsx';
import { RunHistory } from '#features/jobs/components/run-history.tsx';
import { RunningRuns } from '#features/jobs/components/running-runs.tsx';
import {
  getJobOnce,
  hasWorker,
  listRuns,
  listUnfinishedRuns,
  readDailyStats,
} from '#features/jobs/queries.ts';
import { parseHistoryAddress } from '#features/jobs/schemas.ts';
import { addressOf, deleteJobPath, jobOccurrencesPath, jobPath, runPath } from '#http/paths.ts';
import { FinishedTime } from '#screens/finished-time.tsx';
import { MessageText } from '#screens/message-text.tsx';
import { ReportedText } from '#screens/reported-text.tsx';
import { type CurrentMember, requireMember } from '#auth/current-member.ts';
import { portalPage } from '#screens/portal-page.tsx';
import { JobSettingsCard } from '#features/plugins/components/job-settings-card.tsx';
import { getJobSettings } from '#features/plugins/plugin-screens.ts';
import { getPlugin } from '#features/plugins/queries.ts';
import { RunNow } from '#features/runs/components/run-now.tsx';
import { readRunForms } from '#features/runs/portal-run.ts';
import { OccurrenceList } from '#features/scheduler/components/occurrence-list.tsx';
import { ScheduleCard } from '#features/scheduler/components/schedule-card.tsx';
import { readComingOccurrences } from '#features/scheduler/coming-occurrences.ts';
import { getPluginJob, listOccurrences, readSchedulerStatus } from '#features/scheduler/queries.ts';

export async function generateMetadata({ params }: PageProps<'/jobs/[id]'>): Promise<Metadata> {
  try {
    const job = await getJobOnce(await requireMember(), (await params).id);
    return { title: oneLine(readableText(textIn(job.title, await getLocale())), 80) };
  } catch (error) {
    // The page itself handles the error.
    if (error instanceof PortalError) return {};
    throw error;
  }
}

const shownOccurrences = 10;

/** Reads what the page of a portal's job shows besides the history; null for an external job. */
async function readPortalJob(member: CurrentMember, jobId: string, kind: 'external' | 'plugin') {
  if (kind === 'external') return null;
  const [job, settings, forms, status, ledger, isHandled] = await Promise.all([
    getPluginJob(member, jobId),
    getJobSettings(member, jobId),
    readRunForms(member, [jobId]),
    readSchedulerStatus(member),
    listOccurrences(member, { jobId, size: shownOccurrences }),
    hasWorker(member, jobId),
  ]);
  return {
    job,
    settings,
    plugin: await getPlugin(member, settings.pluginId),
    runForm: forms.get(jobId) ?? null,
    isHeld: !status.isEnabled,
    isHandled,
    ledger,
    coming: readComingOccurrences(job, new Date()),
  };
}

export default portalPage<PageProps<'/jobs/[id]'>>(async ({ params, searchParams }) => {
  const query = await searchParams;
  const { filter, position } = parseHistoryAddress(query);
  const isTableShown = query.chart === 'table';
  const member = await requireMember();
  const job = await getJobOnce(member, (await params).id);
  const [days, unfinished, history, portalJob, t] = await Promise.all([
    readDailyStats(member, job.id, new Date()),
    listUnfinishedRuns(member, job.id),
    listRuns(member, job.id, filter, position),
    readPortalJob(member, job.id, job.kind),
    getTranslations('jobs'),
  ]);
  const path = jobPath(job.id);
  const { status } = job;
  const isAdmin = member.role === 'admin';
  const runningState = unfinished.some(({ isRunningLong }) => isRunningLong)
    ? 'runningLong'
    : unfinished.length > 0
      ? 'running'
      : 'neverRun';
  const latest = (
    <Card>
      <CardHeader
        title={t('detail.latest')}
        action={
          status ? (
            <span className="text-[0.8125rem] text-ink-muted">
              <FinishedTime
                at={status.lastFinishedAt}
                timeZone={member.timeZone}
                isClockWrong={status.isClockWrong}
              />
            </span>
          ) : null
        }
      />
      {status === null ? (
        <p className="text-ink-muted">{t('detail.noResult')}</p>
      ) : status.lastMessage ? (
        <div
          tabIndex={0}
          role="region"
          aria-label={t('detail.latest')}
          className="max-h-72 overflow-y-auto whitespace-pre-wrap"
        >
          <MessageText message={status.lastMessage} />
        </div>
      ) : (
        <p className="text-ink-muted">{t('detail.noMessage')}</p>
      )}
      {job.latestRunId === null ? null : (
        <p className="mt-3 text-[0.8125rem]">
          <Link href={runPath(job.latestRunId)} className="text-accent underline">
            {t('detail.latestRun')}
          </Link>
        </p>
      )}
    </Card>
  );
  return (
    <>
      <PageHeader
        back={{ href: '/jobs', text: t('detail.back') }}
        title={
          <span className="flex flex-wrap items-center gap-x-3 gap-y-1">
            <ReportedText text={job.title} />
            <StatusBadge state={status?.lastStatus ?? runningState} />
            {status?.lateFailure ? <StatusBadge state="late" /> : null}
          </span>
        }
        description={
          <span className="flex flex-wrap gap-x-4 gap-y-0.5">
            <span>
              {t('detail.key')} <ReportedText text={job.jobKey} className="font-mono text-ink" />
            </span>
            {job.toolName === null ? null : (
              <span>
                {t('detail.tool')}{' '}
                {job.toolUrl === null ? (
                  <ReportedText text={job.toolName} className="text-ink" />
                ) : (
                  <a href={job.toolUrl} rel="noreferrer" className="text-accent underline">
                    <ReportedText text={job.toolName} />
                  </a>
                )}
              </span>
            )}
            <span>
              {t(portalJob === null ? 'detail.firstSeen' : 'detail.created')}{' '}
              <ExactTime at={job.createdAt} timeZone={member.timeZone} />
            </span>
          </span>
        }
        actions={
          portalJob?.runForm && portalJob.plugin.isEnabled ? <RunNow form={portalJob.runForm} /> : null
        }
      />
      {portalJob !== null && unfinished.length > 0 ? <AutoRefresh seconds={1} /> : null}
      <div className="space-y-5">
        {status?.lateFailure ? (
          <LateFailureNotice
            jobId={job.id}
            failure={status.lateFailure}
            isAdmin={isAdmin}
            timeZone={member.timeZone}
          />
        ) : null}
        {portalJob?.isHandled === false && unfinished.some(({ state }) => state === 'pending') ? (
          <Notice tone="warning">{t('detail.noWorker')}</Notice>
        ) : null}
        <RunningRuns runs={unfinished} timeZone={member.timeZone} />
        {portalJob === null ? (
          <div className="grid gap-5 lg:grid-cols-[minmax(0,3fr)_minmax(0,2fr)]">
            {latest}
            <ExpectationCard job={job} timeZone={member.timeZone} canLock={isAdmin} />
          </div>
        ) : (
          <div className="grid items-start gap-5 lg:grid-cols-[minmax(0,3fr)_minmax(0,2fr)]">
            <div className="min-w-0 space-y-5">
              {latest}
              <OccurrenceList
                occurrences={portalJob.ledger.occurrences}
                off={portalJob.job.schedule === null ? null : portalJob.job.off}
                timeZone={member.timeZone}
                olderHref={
                  portalJob.ledger.next === null
                    ? null
                    : addressOf(jobOccurrencesPath(job.id), { after: portalJob.ledger.next })
                }
              />
            </div>
            <div className="min-w-0 space-y-5">
              <ScheduleCard
                job={portalJob.job}
                coming={portalJob.coming}
                timeZone={member.timeZone}
                isAdmin={isAdmin}
                isHeld={portalJob.isHeld}
              />
              <JobSettingsCard settings={portalJob.settings} plugin={portalJob.plugin} isAdmin={isAdmin} />
            </div>
          </div>
        )}
        <DailyChart
          days={days}
          timeZone={member.timeZone}
          isTableShown={isTableShown}
          path={path}
          tableHref={addressOf(path, { ...filter, chart: isTableShown ? null : 'table' })}
        />
        <RunHistory
          path={path}
          page={history}
          filter={filter}
          position={position}
          isPortal={portalJob !== null}
          timeZone={member.timeZone}
        />
        {isAdmin ? (
          <div className="border-t border-line pt-5">
            <LinkButton href={deleteJobPath(job.id)} variant="danger-ghost" size="sm" prefetch={false}>
              <Icon icon={Trash2} className="size-3.5" />
              {t('delete.open')}
            </LinkButton>
          </div>
        ) : null}
      </div>
    </>
  );
});
