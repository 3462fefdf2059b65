import { CalendarClock, SearchX } from 'lucide-react';
import type { Metadata } from 'next';
import { getTranslations } from 'next-intl/server';
import { AutoRefresh } from '#components/ui/auto-refresh.tsx';
import { EmptyState } from '#components/ui/empty-state.tsx';
import { LinkButton } from '#components/ui/link-button.tsx';
import { PageHeader } from '#components/ui/page-header.tsx';
import { PaginationLinks } from '#components/ui/pagination-links.tsx';
import { formatTitlePageCursor } from '#domain/page-cursor.ts';
import { isUnfinished } from '#domain/run-state.ts';
import { addressOf } from '#http/paths.ts';
import { requireMember } from '#auth/current-member.ts';
import { portalPage } from '#screens/portal-page.tsx';
import { NewJobDialog, NewJobLink } from '#features/plugins/components/new-job-dialog.tsx';
import { listPlugins } from '#features/plugins/queries.ts';
import { RunNow, RunNowDialog } from '#features/runs/components/run-now.tsx';
import { readRunForms, type RunForm } from '#features/runs/portal-run.ts';
import { DayTimeline } from '#features/scheduler/components/day-timeline.tsx';
import { ScheduleFilterBar } from '#features/scheduler/components/schedule-filter-bar.tsx';
import { ScheduleTable } from '#features/scheduler/components/schedule-table.tsx';
import { SchedulerNotices, StopAllButton } from '#features/scheduler/components/scheduler-notices.tsx';
import { listPluginJobs, readSchedulesOverview } from '#features/scheduler/queries.ts';
import { parseSchedulesAddress } from '#features/scheduler/schemas.ts';

export async function generateMetadata(): Promise<Metadata> {
  const t = await getTranslations('schedules');
  return { title: t('title') };
}

const dayMs = 86_400_000;

export default portalPage<PageProps<'/schedules'>>(async ({ searchParams }) => {
  const { filter, position, runNowId, isNewJobAsked } = parseSchedulesAddress(await searchParams);
  const member = await requireMember();
  const { timeZone } = member;
  const isAdmin = member.role === 'admin';
  const from = new Date();
  const span = { from, until: new Date(from.getTime() + dayMs) };
  const isNarrowed = filter.search !== '' || filter.state !== null || filter.pluginId !== null;
  const [page, { status, plugins, timeline }, kinds, t] = await Promise.all([
    listPluginJobs(member, {
      search: filter.search,
      isEnabled: filter.state === null ? undefined : filter.state === 'enabled',
      pluginId: filter.pluginId ?? undefined,
      position,
    }),
    // A page after another never shows the day; one before another may be the first.
    readSchedulesOverview(member, isNarrowed || position?.direction === 'after' ? null : span),
    isAdmin && isNewJobAsked ? listPlugins(member) : null,
    getTranslations('schedules'),
  ]);
  const forms = isAdmin
    ? await readRunForms(
        member,
        page.items.map(({ jobId }) => jobId),
      )
    : new Map<string, RunForm>();
  const applied = { q: filter.search, state: filter.state, plugin: filter.pluginId };
  const here = {
    ...applied,
    ...(position && { [position.direction]: formatTitlePageCursor(position.cursor) }),
  };
  const runNowForm = runNowId === null ? undefined : forms.get(runNowId);
  if (status.jobCount === 0) {
    return (
      <>
        <PageHeader title={t('title')} />
        <SchedulerNotices status={status} isAdmin={isAdmin} />
        <EmptyState
          icon={CalendarClock}
          title={t('empty.title')}
          action={
            <LinkButton href="/plugins" variant="primary">
              {t('empty.action')}
            </LinkButton>
          }
        >
          {t('empty.body')}
        </EmptyState>
      </>
    );
  }
  return (
    <>
      <PageHeader
        title={t('title')}
        description={t('summary', { total: status.jobCount, enabled: status.enabledJobCount })}
        actions={
          isAdmin ? (
            <>
              {status.isEnabled ? <StopAllButton /> : null}
              <NewJobLink href={addressOf('/schedules', { ...here, new: 'job' })} />
            </>
          ) : null
        }
      />
      <SchedulerNotices status={status} isAdmin={isAdmin} />
      {timeline && page.newer === null ? (
        <div className="mb-5">
          <DayTimeline timeline={timeline} span={span} timeZone={timeZone} />
        </div>
      ) : null}
      {kinds ? <NewJobDialog plugins={kinds} closedHref={addressOf('/schedules', here)} /> : null}
      {runNowForm ? (
        <RunNowDialog key={runNowId} form={runNowForm} closedHref={addressOf('/schedules', here)} />
      ) : null}
      <ScheduleFilterBar filter={filter} plugins={plugins} />
      {page.items.length > 0 ? (
        <ScheduleTable
          jobs={page.items}
          timeZone={timeZone}
          isAdmin={isAdmin}
          isHeld={!status.isEnabled}
          runNow={(job) => {
            const form = forms.get(job.jobId);
            return form && job.plugin.isEnabled ? (
              <RunNow form={form} openHref={addressOf('/schedules', { ...here, 'run-now': job.jobId })} />
            ) : null;
          }}
        />
      ) : (
        <EmptyState
          icon={SearchX}
          title={t('noMatch.title')}
          action={<LinkButton href="/schedules">{t('noMatch.clear')}</LinkButton>}
        />
      )}
      {page.items.some(({ latestRun }) => latestRun !== null && isUnfinished(latestRun.state)) ? (
        <AutoRefresh seconds={1} />
      ) : null}
      <PaginationLinks
        newerHref={
          page.newer && addressOf('/schedules', { ...applied, before: formatTitlePageCursor(page.newer) })
        }
        olderHref={
          page.older && addressOf('/schedules', { ...applied, after: formatTitlePageCursor(page.older) })
        }
        newerLabel={t('previousPage')}
        olderLabel={t('nextPage')}
      />
    </>
  );
});
