import { useTranslations } from 'next-intl';
import { AutoRefresh } from '#components/ui/auto-refresh.tsx';
import { ErrorState } from '#components/ui/error-state.tsx';
import { RetryLink } from '#components/ui/retry-link.tsx';

/** Says that the database is unavailable. Never show an empty list instead. */
export function UnavailableState() {
  const t = useTranslations('shell.unavailable');
  return (
    <ErrorState title={t('title')} action={<RetryLink>{t('retry')}</RetryLink>}>
      <p>{t('body')}</p>
      <AutoRefresh seconds={5} />
    </ErrorState>
  );
}
