import { Plus } from 'lucide-react';
import type { Metadata } from 'next';
import { getLocale, getTranslations } from 'next-intl/server';
import { AutoRefresh } from '#components/ui/auto-refresh.tsx';
import { EmptyState } from '#components/ui/empty-state.tsx';
import { Icon } from '#components/ui/icon.tsx';
import { LinkButton } from '#components/ui/link-button.tsx';
import { PaginationLinks } from '#components/ui/pagination-links.tsx';
import { formatTitlePageCursor } from '#domain/page-cursor.ts';
import { textIn } from '#domain/plugin/payload-schema.ts';
import { isUnfinished } from '#domain/run-state.ts';
import { addressOf, newJobPath, pluginPath } from '#http/paths.ts';
import { requireMember } from '#auth/current-member.ts';
import { portalPage } from '#screens/portal-page.tsx';
import { PluginHeader } from '#features/plugins/components/plugin-header.tsx';
import { pluginTitle } from '#features/plugins/page-title.ts';
import { getPlugin, manifestOf } from '#features/plugins/queries.ts';
import { RunNow, RunNowDialog } from '#features/runs/components/run-now.tsx';
import { readRunForms } from '#features/runs/portal-run.ts';
import { ScheduleTable } from '#features/scheduler/components/schedule-table.tsx';
import { SchedulerNotices } from '#features/scheduler/components/scheduler-notices.tsx';
import { listPluginJobs, readSchedulerStatus } from '#features/scheduler/queries.ts';
import { parseSchedulesAddress } from '#features/scheduler/schemas.ts';

export async function generateMetadata({ params }: PageProps<'/plugins/[id]'>): Promise<Metadata> {
  return pluginTitle((await params).id);
}

export default portalPage<PageProps<'/plugins/[id]'>>(async ({ params, searchParams }) => {
  const { position, runNowId } = parseSchedulesAddress(await searchParams);
  const member = await requireMember();
  const { timeZone } = member;
  const isAdmin = member.role === 'admin';
  const plugin = await getPlugin(member, (await params).id);
  const [page, status, t, locale] = await Promise.all([
    listPluginJobs(member, { pluginId: plugin.id, position }),
    readSchedulerStatus(member),
    getTranslations('plugins.jobs'),
    getLocale(),
  ]);
  const forms = isAdmin
    ? await readRunForms(
        member,
        page.items.map(({ jobId }) => jobId),
      )
    : null;
  const path = pluginPath(plugin.id);
  const here = position === null ? {} : { [position.direction]: formatTitlePageCursor(position.cursor) };
  const runNowForm = runNowId === null ? undefined : forms?.get(runNowId);
  const kinds = manifestOf(plugin)?.jobs ?? [];
  return (
    <>
      <PluginHeader plugin={plugin} current="jobs" timeZone={timeZone} isAdmin={isAdmin} />
      <SchedulerNotices status={status} isAdmin={isAdmin} />
      {runNowForm ? (
        <RunNowDialog key={runNowId} form={runNowForm} closedHref={addressOf(path, here)} />
      ) : null}
      {page.items.length > 0 ? (
        <ScheduleTable
          jobs={page.items}
          timeZone={timeZone}
          isAdmin={isAdmin}
          isHeld={!status.isEnabled}
          showPlugin={false}
          runNow={(job) => {
            const form = forms?.get(job.jobId);
            return form && plugin.isEnabled ? (
              <RunNow form={form} openHref={addressOf(path, { ...here, 'run-now': job.jobId })} />
            ) : null;
          }}
        />
      ) : (
        <EmptyState title={t('none')}>{isAdmin && kinds.length > 0 ? t('noneBody') : null}</EmptyState>
      )}
      {page.items.some(({ latestRun }) => latestRun !== null && isUnfinished(latestRun.state)) ? (
        <AutoRefresh seconds={1} />
      ) : null}
      <PaginationLinks
        newerHref={page.newer && addressOf(path, { before: formatTitlePageCursor(page.newer) })}
        olderHref={page.older && addressOf(path, { after: formatTitlePageCursor(page.older) })}
        newerLabel={t('previous')}
        olderLabel={t('next')}
      />
      {isAdmin && kinds.length > 0 ? (
        <div className="mt-4 flex flex-wrap gap-2">
          {kinds.map((kind) => (
            <LinkButton key={kind.name} href={newJobPath(plugin.id, kind.name)} size="sm" prefetch={false}>
              <Icon icon={Plus} className="size-3.5" />
              {t('newFrom', { title: textIn(kind.title, locale) })}
            </LinkButton>
          ))}
        </div>
      ) : null}
    </>
  );
});
