import { SearchX } from 'lucide-react';
import type { Route } from 'next';
import { useTranslations } from 'next-intl';
import { EmptyState } from './empty-state.tsx';
import { LinkButton } from './link-button.tsx';

/** No row matches the filters; `href` is the whole list. */
export function NoMatch({ title, href }: { title: string; href: Route }) {
  const t = useTranslations('lists');
  return (
    <EmptyState icon={SearchX} title={title} action={<LinkButton href={href}>{t('clear')}</LinkButton>} />
  );
}
