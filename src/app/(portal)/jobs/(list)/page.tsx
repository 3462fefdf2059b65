import { Radio, SearchX } from 'lucide-react';
import type { Metadata } from 'next';
import { getTranslations } from 'next-intl/server';
import { EmptyState } from '#components/ui/empty-state.tsx';
import { LinkButton } from '#components/ui/link-button.tsx';
import { PageHeader } from '#components/ui/page-header.tsx';
import { PaginationLinks } from '#components/ui/pagination-links.tsx';
import { JobTable } from '#features/jobs/components/job-table.tsx';
import { listJobs } from '#features/jobs/queries.ts';
import { jobStates, parseJobsAddress } from '#features/jobs/schemas.ts';
import { addressOf } from '#http/paths.ts';
import { FilterBar } from '#components/ui/filter-bar.tsx';
import { requireMember } from '#auth/current-member.ts';
import { portalPage } from '#screens/portal-page.tsx';
import { NewJobDialog, NewJobLink } from '#features/plugins/components/new-job-dialog.tsx';
import { listPlugins } from '#features/plugins/queries.ts';
import { listToolChoices } from '#features/tools/tool-choices.ts';

export async function generateMetadata(): Promise<Metadata> {
  const t = await getTranslations('jobs');
  return { title: t('title') };
}

export default portalPage<PageProps<'/jobs'>>(async ({ searchParams }) => {
  const { filter, position, isNewJobAsked } = parseJobsAddress(await searchParams);
  const member = await requireMember();
  const isAdmin = member.role === 'admin';
  const [page, tools, kinds, t, states] = await Promise.all([
    listJobs(member, filter, position),
    listToolChoices(member),
    isAdmin && isNewJobAsked ? listPlugins(member) : null,
    getTranslations('jobs'),
    getTranslations('states'),
  ]);
  const applied = { q: filter.search, state: filter.state, tool: filter.toolId };
  const here = { ...applied, ...(position && { [position.direction]: position.cursor }) };
  const isNarrowed = filter.search !== '' || filter.state !== null || filter.toolId !== null;
  if (page.items.length === 0 && !isNarrowed && position === null) {
    return (
      <>
        <PageHeader title={t('title')} />
        <EmptyState
          icon={Radio}
          title={t('empty.title')}
          action={
            <LinkButton href="/settings/how-to-report" variant="primary">
              {t('empty.howTo')}
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
        actions={isAdmin ? <NewJobLink href={addressOf('/jobs', { ...here, new: 'job' })} /> : null}
      />
      {kinds ? <NewJobDialog plugins={kinds} closedHref={addressOf('/jobs', here)} /> : null}
      <FilterBar
        action="/jobs"
        applied={applied}
        texts={{
          label: t('filter.label'),
          search: t('filter.search'),
          searchHint: t('filter.searchHint'),
          state: t('filter.state'),
          tool: t('filter.tool'),
          apply: t('filter.apply'),
        }}
        states={[
          { value: '', label: t('filter.anyState') },
          ...jobStates.map((state) => ({ value: state, label: states(state) })),
        ]}
        tools={[
          { value: '', label: t('filter.anyTool') },
          ...tools.map((tool) => ({ value: tool.id, label: tool.name })),
        ]}
      />
      {page.items.length > 0 ? (
        <JobTable jobs={page.items} timeZone={member.timeZone} />
      ) : (
        <EmptyState
          icon={SearchX}
          title={t('noMatch.title')}
          action={<LinkButton href="/jobs">{t('noMatch.clear')}</LinkButton>}
        />
      )}
      <PaginationLinks
        newerLabel={t('pages.previous')}
        olderLabel={t('pages.next')}
        newerHref={page.newer === null ? null : addressOf('/jobs', { ...applied, before: page.newer })}
        olderHref={page.older === null ? null : addressOf('/jobs', { ...applied, after: page.older })}
      />
    </>
  );
});
