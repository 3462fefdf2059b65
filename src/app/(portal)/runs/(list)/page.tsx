import { getTranslations } from 'next-intl/server';
import { PageHeader } from '#components/ui/page-header.tsx';
import { requireMember } from '#auth/current-member.ts';
import { pageTitle } from '#screens/page-title.ts';
import { portalPage } from '#screens/portal-page.tsx';
import { listPlugins } from '#features/plugins/queries.ts';
import { RunFilterBar } from '#features/runs/components/run-filter-bar.tsx';
import { RunListSection } from '#features/runs/components/run-list-section.tsx';
import { SummaryCards } from '#features/runs/components/summary-cards.tsx';
import {
  listAllRuns,
  listJobChoices,
  readTotals,
  summaryDays,
  summarySince,
} from '#features/runs/run-list.ts';
import { parseRunsAddress, queryOf } from '#features/runs/schemas.ts';
import { findShownRun } from '#features/runs/whole-run.ts';

export const generateMetadata = pageTitle('runs.list.title');

export default portalPage<PageProps<'/runs'>>(async ({ searchParams }) => {
  const { filter, position, shownId } = parseRunsAddress(await searchParams);
  const member = await requireMember();
  const { jobId, pluginId } = filter;
  const since = summarySince(member.timeZone, new Date());
  const [page, totals, jobs, plugins, shown, t] = await Promise.all([
    listAllRuns(member, filter, position),
    readTotals(member, { since, jobId, pluginId }),
    listJobChoices(member, { pluginId, chosenId: jobId }),
    listPlugins(member),
    findShownRun(member, shownId),
    getTranslations('runs.list'),
  ]);
  return (
    <>
      <PageHeader
        title={t('title')}
        description={
          <span className="flex flex-wrap gap-x-4">
            <span>{t('description')}</span>
            <span>{t('zone', { zone: member.timeZone })}</span>
          </span>
        }
      />
      <SummaryCards totals={totals} days={summaryDays} />
      <RunFilterBar action="/runs" filter={filter} jobs={jobs} plugins={plugins} />
      <RunListSection
        path="/runs"
        query={queryOf(filter)}
        page={page}
        position={position}
        shown={shown}
        timeZone={member.timeZone}
      />
    </>
  );
});
