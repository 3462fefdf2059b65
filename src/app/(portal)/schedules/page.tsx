import { CalendarClock } from 'lucide-react';
import { getTranslations } from 'next-intl/server';
import { EmptyState } from '#components/ui/empty-state.tsx';
import { LinkButton } from '#components/ui/link-button.tsx';
import { NoMatch } from '#components/ui/no-match.tsx';
import { PageHeader } from '#components/ui/page-header.tsx';
import { formatTitlePageCursor } from '#domain/page-cursor.ts';
import { addressOf } from '#http/paths.ts';
import { requireMember } from '#auth/current-member.ts';
import { listAddresses } from '#screens/list-addresses.ts';
import { pageTitle } from '#screens/page-title.ts';
import { portalPage } from '#screens/portal-page.tsx';
import { NewJobDialog, NewJobLink } from '#features/plugins/components/new-job-dialog.tsx';
import { listPlugins } from '#features/plugins/queries.ts';
import { readRunForms } from '#features/runs/portal-run.ts';
import { DayTimeline } from '#features/scheduler/components/day-timeline.tsx';
import { ScheduleFilterBar } from '#features/scheduler/components/schedule-filter-bar.tsx';
import { SchedulerNotices, StopAllButton } from '#features/scheduler/components/scheduler-notices.tsx';
import { listPluginJobs, readSchedulesOverview } from '#features/scheduler/queries.ts';
import { parseSchedulesAddress } from '#features/scheduler/schemas.ts';
import { PluginJobList } from '#app/(portal)/plugin-job-list.tsx';

export const generateMetadata = pageTitle('schedules.title');

const dayMs = 86_400_000;

export default portalPage<PageProps<'/schedules'>>(async ({ searchParams }) => {
  const { filter, position, runNowId, isNewJobAsked } = parseSchedulesAddress(await searchParams);
  const member = await requireMember();
  const { timeZone } = member;
  const isAdmin = member.role === 'admin';
  const from = new Date();
  const span = { from, until: new Date(from.getTime() + dayMs) };
  const query = { q: filter.search, state: filter.state, plugin: filter.pluginId };
  const isNarrowed = Object.values(query).some(Boolean);
  const [page, { status, plugins, timeline }, kinds, t, lists] = await Promise.all([
    listPluginJobs(member, {
      search: filter.search,
      isEnabled: filter.state === null ? undefined : filter.state === 'enabled',
      pluginId: filter.pluginId ?? undefined,
      position,
    }),
    // Later pages never show the day; a page reached backward may be the first one.
    readSchedulesOverview(member, isNarrowed || position?.direction === 'after' ? null : span),
    isAdmin && isNewJobAsked ? listPlugins(member) : null,
    getTranslations('schedules'),
    getTranslations('lists'),
  ]);
  const forms = await readRunForms(
    member,
    page.items.map(({ jobId }) => jobId),
  );
  const addresses = listAddresses('/schedules', query, page, position, formatTitlePageCursor);
  if (status.jobCount === 0) {
    return (
      <>
        <PageHeader title={t('title')} />
        <SchedulerNotices status={status} isAdmin={isAdmin} timeZone={timeZone} />
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
              <NewJobLink href={addressOf(addresses.here, { new: 'job' })} />
            </>
          ) : null
        }
      />
      <SchedulerNotices status={status} isAdmin={isAdmin} timeZone={timeZone} />
      {/* While everything is stopped, nothing starts. */}
      {timeline && status.isEnabled && page.newer === null ? (
        <div className="mb-5">
          <DayTimeline timeline={timeline} span={span} timeZone={timeZone} />
        </div>
      ) : null}
      {kinds ? <NewJobDialog plugins={kinds} closedHref={addresses.here} /> : null}
      <ScheduleFilterBar query={query} plugins={plugins} />
      <PluginJobList
        page={page}
        addresses={addresses}
        empty={<NoMatch title={lists('noJobs')} href="/schedules" />}
        forms={forms}
        runNowId={runNowId}
        timeZone={timeZone}
        isAdmin={isAdmin}
        isHeld={!status.isEnabled}
        showPlugin
      />
    </>
  );
});
