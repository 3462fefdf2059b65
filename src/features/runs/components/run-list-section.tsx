import { ListX, SearchX } from 'lucide-react';
import type { Route } from 'next';
import Link from 'next/link';
import { useTranslations } from 'next-intl';
import { AutoRefresh } from '#components/ui/auto-refresh.tsx';
import { EmptyState } from '#components/ui/empty-state.tsx';
import { LinkButton } from '#components/ui/link-button.tsx';
import { PaginationLinks } from '#components/ui/pagination-links.tsx';
import {
  formatInstantPageCursor,
  type InstantPageCursor,
  type Page,
  type PagePosition,
} from '#domain/page-cursor.ts';
import { isUnfinished } from '#domain/run-state.ts';
import { addressOf } from '#http/paths.ts';
import type { ListedRun } from '#features/runs/run-list.ts';
import type { WholeRun } from '#features/runs/whole-run.ts';
import { RunDrawer } from './run-drawer.tsx';
import { RunTable } from './run-table.tsx';

/** A page of runs with ways on; rows that have not finished keep themselves up to date. */
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
  /** The run that is open beside the list. */
  shown: WholeRun | null;
  timeZone: string;
}) {
  const t = useTranslations('runs.list');
  const isNarrowed = Object.values(query).some((value) => value !== null);
  if (page.items.length === 0 && !isNarrowed && position === null && shown === null) {
    return (
      <EmptyState icon={ListX} title={t('empty')}>
        {t('emptyBody')}
      </EmptyState>
    );
  }
  const listHref = addressOf(path, {
    ...query,
    ...(position && { [position.direction]: formatInstantPageCursor(position.cursor) }),
  });
  return (
    <>
      {shown === null ? null : <RunDrawer whole={shown} closedHref={listHref} timeZone={timeZone} />}
      {page.items.length === 0 ? (
        <EmptyState
          icon={SearchX}
          title={t('noMatch')}
          action={<LinkButton href={path}>{t('clear')}</LinkButton>}
        />
      ) : (
        <RunTable runs={page.items} listHref={listHref} timeZone={timeZone} />
      )}
      {page.items.some(({ state }) => isUnfinished(state)) ? <AutoRefresh seconds={1} /> : null}
      <PaginationLinks
        newerHref={page.newer && addressOf(path, { ...query, before: formatInstantPageCursor(page.newer) })}
        olderHref={page.older && addressOf(path, { ...query, after: formatInstantPageCursor(page.older) })}
      />
      {page.newer ? (
        <p className="mt-2 text-[0.8125rem]">
          <Link href={addressOf(path, query)} className="text-accent underline">
            {t('newest')}
          </Link>
        </p>
      ) : null}
    </>
  );
}
