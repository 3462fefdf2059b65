import { useTranslations } from 'next-intl';
import { ErrorState } from '#components/ui/error-state.tsx';
import { LinkButton } from '#components/ui/link-button.tsx';

/** The page does not exist or the viewer has no right to see it; both must look the same. */
export function NotFoundState() {
  const t = useTranslations('shell.notFound');
  return (
    <ErrorState
      tone="neutral"
      title={t('title')}
      action={<LinkButton href="/incidents">{t('home')}</LinkButton>}
    >
      <p>{t('body')}</p>
    </ErrorState>
  );
}
