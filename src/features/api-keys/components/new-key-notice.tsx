import { useTranslations } from 'next-intl';
import { SecretResult } from '#components/ui/form-result.tsx';
import { Notice } from '#components/ui/notice.tsx';

/** Shows once the key that the surrounding form has just created. */
export function NewKeyNotice() {
  const t = useTranslations('settings.apiKeys');
  const shell = useTranslations('shell');
  return (
    <Notice tone="success" title={t('ready')}>
      <p className="mb-2">{t('readyOnce')}</p>
      <SecretResult
        label={t('secret')}
        copyLabel={t('copy')}
        copyWord={shell('copy')}
        copiedText={shell('copied')}
      />
    </Notice>
  );
}
