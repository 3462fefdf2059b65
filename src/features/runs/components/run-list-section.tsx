import { ListX } from 'lucide-react';
import type { Route } from 'next';
import { useTranslations } from 'next-intl';
import { AutoRefresh } from '#components/ui/auto-refresh.tsx';
import { EmptyState } from '#components/ui/empty-state.tsx';
import { NoMatch } from '#components/ui/no-match.tsx';
import { PaginationLinks } from '#components/ui/pagination-links.tsx';
import {
  formatInstantPageCursor,
  type InstantPageCursor,
  type Page,
  type PagePosition,
} from '#domain/page-cursor.ts';
import { isUnfinished } from '#domain/run-state.ts';
import { listAddresses } from '#screens/list-addresses.ts';
import type { ListedRun } from '#features/runs/run-list.ts';
import type { WholeRun } from '#features/runs/whole-run.ts';
import { RunDrawer } from './run-drawer.tsx';
import { RunTable } from './run-table.tsx';

/** Shows a page of runs with links to more; rows of unfinished runs update themselves. */
export function RunListSection({
  path,
  query,
  page,
  position,
  shown,
  timeZone,
}: {
  path: Route;
  query: Record<string, string | null>;
  page: Page<ListedRun, InstantPageCursor>;
  position: PagePosition<InstantPageCursor> | null;
  /** The run that is open next to the list. */
  shown: WholeRun | null;
  timeZone: string;
}) {
  const t = useTranslations('runs.list');
  const addresses = listAddresses(path, query, page, position, formatInstantPageCursor);
  if (page.items.length === 0 && addresses.isPlain && shown === null) {
    return (
      <EmptyState icon={ListX} title={t('empty')}>
        {t('emptyBody')}
      </EmptyState>
    );
  }
  return (
    <>
      {shown === null ? null : <RunDrawer whole={shown} closedHref={addresses.here} timeZone={timeZone} />}
      {page.items.length === 0 ? (
        <NoMatch title={t('noMatch')} href={path} />
      ) : (
        <RunTable runs={page.items} listHref={addresses.here} timeZone={timeZone} />
      )}
      {page.items.some(({ state }) => isUnfinished(state)) ? <AutoRefresh seconds={1} /> : null}
      <PaginationLinks
        newerHref={addresses.newer}
        olderHref={addresses.older}
        newestHref={addresses.top}
        order="time"
      />
    </>
  );
}
