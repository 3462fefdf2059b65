import { getLocale, getTranslations } from 'next-intl/server';
import type { ReactNode } from 'react';
import { formatPlainTime } from '#components/ui/format-time.ts';
import { timeWriter } from '#components/ui/relative-time.tsx';
import { readStateWords } from '#components/ui/status-badge.tsx';
import { HeadCell, Table } from '#components/ui/table.tsx';
import type { PluginJob } from '#data/plugin-job-row.ts';
import { textIn } from '#domain/plugin/payload-schema.ts';
import { shownRunState } from '#domain/run/long-run.ts';
import { describeSchedule } from '#domain/schedule/describe-schedule.ts';
import { shownText } from '#screens/reported-text.tsx';
import { type ScheduleRow, ScheduleRows } from './schedule-rows.tsx';

/** Shows the jobs that the portal runs, with next run, last run and switch. */
export async function ScheduleTable({
  jobs,
  timeZone,
  isAdmin,
  isHeld = false,
  showPlugin = true,
  isForStaff,
  actions,
}: {
  jobs: readonly PluginJob[];
  timeZone: string;
  isAdmin: boolean;
  /** All schedules are stopped. */
  isHeld?: boolean;
  showPlugin?: boolean;
  /** Whether to mark a job that staff can start. */
  isForStaff: (job: PluginJob) => boolean;
  /** The button that starts each job, in the order of the jobs; null if the reader can start none. */
  actions: readonly ReactNode[] | null;
}) {
  const [t, states, locale] = await Promise.all([
    getTranslations('schedules'),
    readStateWords(),
    getLocale(),
  ]);
  const write = timeWriter(locale, timeZone);

  const whenOf = ({ schedule }: PluginJob): ScheduleRow['when'] => {
    if (schedule === null) return { text: t('manualOnly'), expression: null, kind: 'none' };
    if (schedule.when === null) return { text: t('broken'), expression: null, kind: 'broken' };
    const { schedule: when } = schedule.when;
    return {
      text: describeSchedule(when, { locale, timeZone }),
      expression: when.type === 'cron' ? when.expression : null,
      kind: 'known',
    };
  };

  const nextOf = ({ schedule }: PluginJob): ScheduleRow['next'] => {
    if (schedule?.nextDueAt == null || schedule.nextNominalAt === null) return null;
    const { nextDueAt, nextNominalAt } = schedule;
    return {
      due: write(nextDueAt),
      dueText: formatPlainTime(nextDueAt, locale, timeZone),
      nominalText:
        nextDueAt === nextNominalAt
          ? null
          : t('nominal', { time: formatPlainTime(nextNominalAt, locale, timeZone) }),
    };
  };

  const toRow = (job: PluginJob): ScheduleRow => {
    const { latestRun, plugin } = job;
    return {
      jobId: job.jobId,
      title: shownText(textIn(job.title, locale), 120),
      jobKey: shownText(job.jobKey, 80),
      plugin: showPlugin ? shownText(textIn(plugin.name, locale), 60) : null,
      // While the next run is in progress, the latest run no longer shows that the last one failed.
      isFailing: job.status?.lastStatus === 'error' && latestRun?.state !== 'failed',
      isForStaff: isForStaff(job),
      when: whenOf(job),
      next: nextOf(job),
      latest:
        latestRun === null
          ? null
          : {
              runId: latestRun.id,
              state: shownRunState(latestRun),
              at: write(latestRun.finishedAt ?? latestRun.at),
            },
      isEnabled: job.isEnabled,
      isPluginEnabled: plugin.isEnabled,
      switchLabel: t('switchLabel', { title: textIn(job.title, locale) }),
    };
  };

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
          {actions === null ? null : (
            <HeadCell align="end" className="w-38">
              {t('table.actions')}
            </HeadCell>
          )}
        </>
      }
    >
      <ScheduleRows
        rows={jobs.map(toRow)}
        canSwitch={isAdmin}
        isHeld={isHeld}
        locale={locale}
        actions={actions}
        texts={{
          states,
          schedule: t('table.schedule'),
          next: t('table.next'),
          last: t('table.last'),
          switch: t('table.switch'),
          noNext: t('noNext'),
          held: t('held'),
          neverRun: t('neverRun'),
          pluginOff: t('pluginOff'),
          forStaff: t('forStaff'),
          on: t('on'),
          off: t('off'),
        }}
      />
    </Table>
  );
}
