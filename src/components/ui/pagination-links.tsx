import { ChevronLeft, ChevronRight } from 'lucide-react';
import type { Route } from 'next';
import Link from 'next/link';
import { useTranslations } from 'next-intl';
import { LinkButton } from './link-button.tsx';
import { Icon } from './icon.tsx';

/** Links to the newer and older pages; omitted where there is no page. */
export function PaginationLinks({
  newerHref,
  olderHref,
  newestHref,
  order,
}: {
  newerHref: Route | null;
  olderHref: Route | null;
  /** The first page, where it needs its own link. */
  newestHref?: Route;
  /** The order of the list decides how the links are named. */
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
