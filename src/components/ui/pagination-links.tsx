import { ChevronLeft, ChevronRight } from 'lucide-react';
import type { Route } from 'next';
import Link from 'next/link';
import { useTranslations } from 'next-intl';
import { LinkButton } from './link-button.tsx';
import { Icon } from './icon.tsx';

/** Ways to the pages of a keyset list around this one; a way that leads nowhere is left out. */
export function PaginationLinks({
  newerHref,
  olderHref,
  newestHref,
  order,
}: {
  newerHref: Route | null;
  olderHref: Route | null;
  /** The top of the list, where it is worth a link of its own. */
  newestHref?: Route;
  /** What the list is ordered by decides what its pages are called. */
  order: 'time' | 'name';
}) {
  const t = useTranslations('lists');
  if (!newerHref && !olderHref) return null;
  return (
    <>
      <nav aria-label={t('pages')} className="mt-3 flex justify-between gap-2">
        {newerHref ? (
          <LinkButton href={newerHref} size="sm">
            <Icon icon={ChevronLeft} />
            {t(order === 'time' ? 'newer' : 'previous')}
          </LinkButton>
        ) : (
          <span />
        )}
        {olderHref ? (
          <LinkButton href={olderHref} size="sm">
            {t(order === 'time' ? 'older' : 'next')}
            <Icon icon={ChevronRight} />
          </LinkButton>
        ) : null}
      </nav>
      {newerHref && newestHref ? (
        <p className="mt-2 text-[0.8125rem]">
          <Link href={newestHref} className="text-accent underline">
            {t('newest')}
          </Link>
        </p>
      ) : null}
    </>
  );
}
