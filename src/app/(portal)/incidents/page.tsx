import { Radio } from 'lucide-react';
import { getTranslations } from 'next-intl/server';
import { EmptyState } from '#components/ui/empty-state.tsx';
import { LinkButton } from '#components/ui/link-button.tsx';
import { NoMatch } from '#components/ui/no-match.tsx';
import { Notice } from '#components/ui/notice.tsx';
import { PageHeader } from '#components/ui/page-header.tsx';
import { PaginationLinks } from '#components/ui/pagination-links.tsx';
import { formatJobStatusPageCursor } from '#domain/page-cursor.ts';
import { listJobStatuses } from '#features/job-status/queries.ts';
import { parseJobStatusAddress } from '#features/job-status/schemas.ts';
import { requireMember } from '#auth/current-member.ts';
import { JobFilterBar } from '#screens/job-filter-bar.tsx';
import { JobTable } from '#screens/job-table.tsx';
import { listAddresses } from '#screens/list-addresses.ts';
import { pageTitle } from '#screens/page-title.ts';
import { portalPage } from '#screens/portal-page.tsx';
import { listToolChoices } from '#features/tools/tool-choices.ts';

export const generateMetadata = pageTitle('incidents.title');

export default portalPage<PageProps<'/incidents'>>(async ({ searchParams }) => {
  const { filter, position } = parseJobStatusAddress(await searchParams);
  const member = await requireMember();
  const { badge } = member;
  const [page, tools, t, lists] = await Promise.all([
    listJobStatuses(member, filter, position),
    listToolChoices(member),
    getTranslations('incidents'),
    getTranslations('lists'),
  ]);
  if (badge.jobCount === 0) {
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

  const query = { q: filter.search, state: filter.state, tool: filter.toolId };
  const addresses = listAddresses('/incidents', query, page, position, formatJobStatusPageCursor);
  return (
    <>
      <PageHeader
        title={t('title')}
        description={
          badge.failingCount > 0
            ? t.rich('summary', {
                failing: badge.failingCount,
                total: badge.jobCount,
                strong: (words) => <strong className="font-semibold text-danger">{words}</strong>,
              })
            : null
        }
      />
      {badge.failingCount === 0 && addresses.isPlain ? (
        <div className="mb-4">
          <Notice tone="success" title={t('allWell.title')}>
            <p className="text-ink-muted">{t('allWell.body', { total: badge.jobCount })}</p>
          </Notice>
        </div>
      ) : null}
      <JobFilterBar list="/incidents" query={query} states={['error', 'late', 'success']} tools={tools} />
      {page.matchCount === null || page.items.length === 0 ? null : (
        <p role="status" className="mb-2 text-[0.8125rem] text-ink-muted">
          {t('matches', { count: page.matchCount })}
        </p>
      )}
      {page.items.length > 0 ? (
        <JobTable
          caption={t('caption')}
          jobs={page.items.map((status) => ({
            ...status,
            id: status.jobId,
            states: [status.shownState],
            late: status.shownState === 'late' ? status.lateFailure : null,
          }))}
          isTriage
          timeZone={member.timeZone}
        />
      ) : position === null ? (
        <NoMatch title={lists('noJobs')} href="/incidents" />
      ) : (
        <EmptyState
          title={t('endOfList.title')}
          action={<LinkButton href={addresses.top}>{t('endOfList.first')}</LinkButton>}
        />
      )}
      <PaginationLinks newerHref={addresses.newer} olderHref={addresses.older} order="name" />
    </>
  );
});
