import { useTranslations } from 'next-intl';
import { ErrorState } from '#components/ui/error-state.tsx';
import { LinkButton } from '#components/ui/link-button.tsx';

export default function PortalForbidden() {
  const t = useTranslations('shell.forbidden');
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
