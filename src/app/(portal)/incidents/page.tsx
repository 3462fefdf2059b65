import { Radio, SearchX } from 'lucide-react';
import type { Metadata } from 'next';
import { getTranslations } from 'next-intl/server';
import { EmptyState } from '#components/ui/empty-state.tsx';
import { LinkButton } from '#components/ui/link-button.tsx';
import { Notice } from '#components/ui/notice.tsx';
import { PageHeader } from '#components/ui/page-header.tsx';
import { PaginationLinks } from '#components/ui/pagination-links.tsx';
import { formatJobStatusPageCursor } from '#domain/page-cursor.ts';
import { JobStatusTable } from '#features/job-status/components/job-status-table.tsx';
import { isNarrowed, listJobStatuses } from '#features/job-status/queries.ts';
import { parseJobStatusAddress } from '#features/job-status/schemas.ts';
import { addressOf } from '#http/paths.ts';
import { FilterBar } from '#components/ui/filter-bar.tsx';
import { requireMember } from '#auth/current-member.ts';
import { portalPage } from '#screens/portal-page.tsx';
import { listToolChoices } from '#features/tools/tool-choices.ts';

export async function generateMetadata(): Promise<Metadata> {
  const t = await getTranslations('incidents');
  return { title: t('title') };
}

export default portalPage<PageProps<'/incidents'>>(async ({ searchParams }) => {
  const { filter, position } = parseJobStatusAddress(await searchParams);
  const member = await requireMember();
  const { badge } = member;
  const [page, tools, t, states] = await Promise.all([
    listJobStatuses(member, filter, position),
    listToolChoices(member),
    getTranslations('incidents'),
    getTranslations('states'),
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
              {t('empty.howTo')}
            </LinkButton>
          }
        >
          {t('empty.body')}
        </EmptyState>
      </>
    );
  }

  const applied = { q: filter.search, state: filter.state, tool: filter.toolId };
  const isPlain = !isNarrowed(filter) && position === null;
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
      {badge.failingCount === 0 && isPlain ? (
        <div className="mb-4">
          <Notice tone="success" title={t('allWell.title')}>
            <p className="text-ink-muted">{t('allWell.body', { total: badge.jobCount })}</p>
          </Notice>
        </div>
      ) : null}
      <FilterBar
        action="/incidents"
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
          { value: 'error', label: states('error') },
          { value: 'success', label: states('success') },
        ]}
        tools={[
          { value: '', label: t('filter.anyTool') },
          ...tools.map((tool) => ({ value: tool.id, label: tool.name })),
        ]}
      />
      {page.matchCount === null || page.items.length === 0 ? null : (
        <p role="status" className="mb-2 text-[0.8125rem] text-ink-muted">
          {t('matches', { count: page.matchCount })}
        </p>
      )}
      {page.items.length > 0 ? (
        <JobStatusTable statuses={page.items} timeZone={member.timeZone} />
      ) : position === null ? (
        <EmptyState
          icon={SearchX}
          title={t('noMatch.title')}
          action={<LinkButton href="/incidents">{t('noMatch.clear')}</LinkButton>}
        />
      ) : (
        <EmptyState
          title={t('endOfList.title')}
          action={<LinkButton href={addressOf('/incidents', applied)}>{t('endOfList.first')}</LinkButton>}
        />
      )}
      <PaginationLinks
        newerLabel={t('pages.previous')}
        olderLabel={t('pages.next')}
        newerHref={
          page.newer && addressOf('/incidents', { ...applied, before: formatJobStatusPageCursor(page.newer) })
        }
        olderHref={
          page.older && addressOf('/incidents', { ...applied, after: formatJobStatusPageCursor(page.older) })
        }
      />
    </>
  );
});
