import Link from 'next/link';
import { useTranslations } from 'next-intl';
import type { ReactNode } from 'react';
import { RelativeTime } from '#components/ui/relative-time.tsx';
import { StatusBadge } from '#components/ui/status-badge.tsx';
import { Cell, HeadCell, Row, Table } from '#components/ui/table.tsx';
import type { PluginJob } from '#data/plugin-job-row.ts';
import { jobPath, runPath } from '#http/paths.ts';
import { ReportedText } from '#screens/reported-text.tsx';
import { EnableSwitch } from './enable-switch.tsx';
import { NextRun } from './next-run.tsx';
import { ScheduleWords } from './schedule-words.tsx';

function LatestRun({ run, timeZone }: { run: PluginJob['latestRun']; timeZone: string }) {
  const t = useTranslations('schedules');
  if (run === null) return <span className="text-ink-muted">{t('neverRun')}</span>;
  return (
    <Link
      href={runPath(run.id)}
      prefetch={false}
      className="relative z-10 inline-flex flex-wrap items-center gap-x-2 gap-y-0.5 hover:underline"
    >
      <StatusBadge state={run.state} />
      <RelativeTime
        at={run.finishedAt ?? run.at}
        timeZone={timeZone}
        className="whitespace-nowrap text-ink-muted"
      />
    </Link>
  );
}

/** Shows the jobs that the portal runs, with next run, last run and switch. */
export function ScheduleTable({
  jobs,
  timeZone,
  isAdmin,
  isHeld = false,
  showPlugin = true,
  runNow,
}: {
  jobs: readonly PluginJob[];
  timeZone: string;
  isAdmin: boolean;
  /** All schedules are stopped. */
  isHeld?: boolean;
  showPlugin?: boolean;
  /** The button that starts a job now; for admins. */
  runNow: (job: PluginJob) => ReactNode;
}) {
  const t = useTranslations('schedules');
  return (
    <Table
      caption={t('table.caption')}
      className="md:table-fixed"
      head={
        <>
          <HeadCell className="w-[23%]">{t('table.job')}</HeadCell>
          <HeadCell>{t('table.schedule')}</HeadCell>
          <HeadCell className="w-42">{t('table.next')}</HeadCell>
          <HeadCell className="w-40">{t('table.last')}</HeadCell>
          <HeadCell className="w-26">{t('table.switch')}</HeadCell>
          {isAdmin ? (
            <HeadCell align="end" className="w-38">
              {t('table.actions')}
            </HeadCell>
          ) : null}
        </>
      }
    >
      {jobs.map((job) => (
        <Row key={job.jobId} linked>
          <Cell>
            <Link
              href={jobPath(job.jobId)}
              prefetch={false}
              className="line-clamp-2 font-medium after:absolute after:inset-0 hover:underline"
            >
              <ReportedText text={job.title} lengthMax={120} />
            </Link>
            <span className="flex flex-wrap items-center gap-x-2 gap-y-0.5 text-xs text-ink-muted">
              {/* While the next run is in progress, the latest run no longer shows that the last one failed. */}
              {job.status?.lastStatus === 'error' && job.latestRun?.state !== 'failed' ? (
                <StatusBadge state="error" />
              ) : null}
              {showPlugin ? <ReportedText text={job.plugin.name} lengthMax={60} /> : null}
              <ReportedText text={job.jobKey} lengthMax={80} className="font-mono" />
            </span>
          </Cell>
          <Cell label={t('table.schedule')} className="text-[0.8125rem]">
            <ScheduleWords schedule={job.schedule} timeZone={timeZone} />
          </Cell>
          <Cell label={t('table.next')} className="text-ink-muted">
            <NextRun schedule={job.schedule} timeZone={timeZone} isHeld={isHeld} />
          </Cell>
          <Cell label={t('table.last')}>
            <LatestRun run={job.latestRun} timeZone={timeZone} />
          </Cell>
          <Cell label={t('table.switch')} className="text-ink-muted">
            {job.plugin.isEnabled ? (
              <EnableSwitch job={job} canChange={isAdmin} />
            ) : (
              <span className="text-xs">{t('pluginOff')}</span>
            )}
          </Cell>
          {isAdmin ? (
            <Cell align="end">
              <span className="relative z-10 inline-block max-md:pt-1">{runNow(job)}</span>
            </Cell>
          ) : null}
        </Row>
      ))}
    </Table>
  );
}
