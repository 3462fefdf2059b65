import { Plus } from 'lucide-react';
import type { Metadata } from 'next';
import { getLocale, getTranslations } from 'next-intl/server';
import { EmptyState } from '#components/ui/empty-state.tsx';
import { Icon } from '#components/ui/icon.tsx';
import { LinkButton } from '#components/ui/link-button.tsx';
import { formatTitlePageCursor } from '#domain/page-cursor.ts';
import { textIn } from '#domain/plugin/payload-schema.ts';
import { newJobPath, pluginPath } from '#http/paths.ts';
import { requireMember } from '#auth/current-member.ts';
import { listAddresses } from '#screens/list-addresses.ts';
import { portalPage } from '#screens/portal-page.tsx';
import { PluginHeader } from '#features/plugins/components/plugin-header.tsx';
import { pluginTitle } from '#features/plugins/page-title.ts';
import { getPlugin, manifestOf } from '#features/plugins/queries.ts';
import { readRunForms } from '#features/runs/portal-run.ts';
import { SchedulerNotices } from '#features/scheduler/components/scheduler-notices.tsx';
import { listPluginJobs, readSchedulerStatus } from '#features/scheduler/queries.ts';
import { parseSchedulesAddress } from '#features/scheduler/schemas.ts';
import { PluginJobList } from '#app/(portal)/plugin-job-list.tsx';

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
  const forms = await readRunForms(
    member,
    page.items.map(({ jobId }) => jobId),
  );
  const kinds = manifestOf(plugin)?.jobs ?? [];
  return (
    <>
      <PluginHeader plugin={plugin} current="jobs" timeZone={timeZone} isAdmin={isAdmin} />
      <SchedulerNotices status={status} isAdmin={isAdmin} timeZone={timeZone} />
      <PluginJobList
        page={page}
        addresses={listAddresses(pluginPath(plugin.id), {}, page, position, formatTitlePageCursor)}
        empty={
          <EmptyState title={t('none')}>{isAdmin && kinds.length > 0 ? t('noneBody') : null}</EmptyState>
        }
        forms={forms}
        runNowId={runNowId}
        timeZone={timeZone}
        isAdmin={isAdmin}
        isHeld={!status.isEnabled}
        showPlugin={false}
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
