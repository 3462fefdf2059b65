import type { Metadata } from 'next';
import { requireMember } from '#auth/current-member.ts';
import { pluginRunsPath } from '#http/paths.ts';
import { portalPage } from '#screens/portal-page.tsx';
import { PluginHeader } from '#features/plugins/components/plugin-header.tsx';
import { pluginTitle } from '#features/plugins/page-title.ts';
import { getPlugin } from '#features/plugins/queries.ts';
import { RunFilterBar } from '#features/runs/components/run-filter-bar.tsx';
import { RunListSection } from '#features/runs/components/run-list-section.tsx';
import { SummaryCards } from '#features/runs/components/summary-cards.tsx';
import { listAllRuns, listJobChoices, readTotals } from '#features/runs/run-list.ts';
import { parseRunsAddress, queryOf } from '#features/runs/schemas.ts';
import { findShownRun } from '#features/runs/whole-run.ts';

export async function generateMetadata({ params }: PageProps<'/plugins/[id]/runs'>): Promise<Metadata> {
  return pluginTitle((await params).id);
}

export default portalPage<PageProps<'/plugins/[id]/runs'>>(async ({ params, searchParams }) => {
  const { filter, position, shownId } = parseRunsAddress(await searchParams);
  const member = await requireMember();
  const plugin = await getPlugin(member, (await params).id);
  const ofPlugin = { ...filter, pluginId: plugin.id };
  const { jobId, pluginId } = ofPlugin;
  const [page, totals, jobs, shown] = await Promise.all([
    listAllRuns(member, ofPlugin, position),
    readTotals(member, { since: null, jobId, pluginId }),
    listJobChoices(member, { pluginId, chosenId: jobId }),
    findShownRun(member, shownId),
  ]);
  const path = pluginRunsPath(plugin.id);
  return (
    <>
      <PluginHeader
        plugin={plugin}
        current="runs"
        timeZone={member.timeZone}
        isAdmin={member.role === 'admin'}
      />
      <SummaryCards totals={totals} days={null} />
      <RunFilterBar action={path} filter={filter} jobs={jobs} plugins={null} />
      <RunListSection
        path={path}
        query={{ ...queryOf(filter), plugin: null }}
        page={page}
        position={position}
        shown={shown}
        timeZone={member.timeZone}
      />
    </>
  );
});
