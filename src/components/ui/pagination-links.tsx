import { ChevronLeft, ChevronRight } from 'lucide-react';
import type { Route } from 'next';
import { useTranslations } from 'next-intl';
import { LinkButton } from './link-button.tsx';
import { Icon } from './icon.tsx';

/** Ways to the newer and the older page of a keyset list; a way that leads nowhere is left out. */
export function PaginationLinks({
  newerHref,
  olderHref,
  newerLabel,
  olderLabel,
}: {
  newerHref?: Route | null;
  olderHref?: Route | null;
  /** In place of 'newer' and 'older', for lists that are not ordered by time. */
  newerLabel?: string;
  olderLabel?: string;
}) {
  const t = useTranslations('shell');
  if (!newerHref && !olderHref) return null;
  return (
    <nav aria-label={t('pages')} className="mt-3 flex justify-between gap-2">
      {newerHref ? (
        <LinkButton href={newerHref} size="sm">
          <Icon icon={ChevronLeft} />
          {newerLabel ?? t('newer')}
        </LinkButton>
      ) : (
        <span />
      )}
      {olderHref ? (
        <LinkButton href={olderHref} size="sm">
          {olderLabel ?? t('older')}
          <Icon icon={ChevronRight} />
        </LinkButton>
      ) : null}
    </nav>
  );
}
