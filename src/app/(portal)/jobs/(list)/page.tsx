import { Radio } from 'lucide-react';
import { getTranslations } from 'next-intl/server';
import { EmptyState } from '#components/ui/empty-state.tsx';
import { LinkButton } from '#components/ui/link-button.tsx';
import { NoMatch } from '#components/ui/no-match.tsx';
import { PageHeader } from '#components/ui/page-header.tsx';
import { PaginationLinks } from '#components/ui/pagination-links.tsx';
import { listJobs } from '#features/jobs/queries.ts';
import { jobStates, parseJobsAddress } from '#features/jobs/schemas.ts';
import { addressOf } from '#http/paths.ts';
import { requireMember } from '#auth/current-member.ts';
import { JobFilterBar } from '#screens/job-filter-bar.tsx';
import { JobTable } from '#screens/job-table.tsx';
import { listAddresses } from '#screens/list-addresses.ts';
import { pageTitle } from '#screens/page-title.ts';
import { portalPage } from '#screens/portal-page.tsx';
import { NewJobDialog, NewJobLink } from '#features/plugins/components/new-job-dialog.tsx';
import { listPlugins } from '#features/plugins/queries.ts';
import { listToolChoices } from '#features/tools/tool-choices.ts';

export const generateMetadata = pageTitle('jobs.title');

export default portalPage<PageProps<'/jobs'>>(async ({ searchParams }) => {
  const { filter, position, isNewJobAsked } = parseJobsAddress(await searchParams);
  const member = await requireMember();
  const isAdmin = member.role === 'admin';
  const [page, tools, kinds, t, lists] = await Promise.all([
    listJobs(member, filter, position),
    listToolChoices(member),
    isAdmin && isNewJobAsked ? listPlugins(member) : null,
    getTranslations('jobs'),
    getTranslations('lists'),
  ]);
  const query = { q: filter.search, state: filter.state, tool: filter.toolId };
  const addresses = listAddresses('/jobs', query, page, position, (jobKey) => jobKey);
  if (page.items.length === 0 && addresses.isPlain) {
    return (
      <>
        <PageHeader title={t('title')} />
        <EmptyState
          icon={Radio}
          title={t('empty.title')}
          action={
            <LinkButton href="/settings/how-to-report" variant="primary">
              {lists('howTo')}
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
        description={t('description')}
        actions={isAdmin ? <NewJobLink href={addressOf(addresses.here, { new: 'job' })} /> : null}
      />
      {kinds ? <NewJobDialog plugins={kinds} closedHref={addresses.here} /> : null}
      <JobFilterBar list="/jobs" query={query} states={jobStates} tools={tools} />
      {page.items.length > 0 ? (
        <JobTable
          caption={t('caption')}
          jobs={page.items.map((job) => ({
            ...job,
            states: [
              ...(job.health === 'neverRun' && job.running ? [] : [job.health]),
              ...(job.hasLateFailure ? (['late'] as const) : []),
              ...(job.running
                ? [job.running.isRunningLong ? ('runningLong' as const) : ('running' as const)]
                : []),
            ],
          }))}
          timeZone={member.timeZone}
        />
      ) : (
        <NoMatch title={lists('noJobs')} href="/jobs" />
      )}
      <PaginationLinks newerHref={addresses.newer} olderHref={addresses.older} order="name" />
    </>
  );
});
