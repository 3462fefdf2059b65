import { useTranslations } from 'next-intl';
import { SecretResult } from '#components/ui/form-result.tsx';
import { Notice } from '#components/ui/notice.tsx';

/** Shows once the signing secret that the surrounding form has just created. */
export function PluginSecretNotice() {
  const t = useTranslations('plugins.add');
  const shell = useTranslations('shell');
  return (
    <Notice tone="success" title={t('ready')}>
      <p className="mb-2">{t('once')}</p>
      <SecretResult
        label={t('secret')}
        copyLabel={t('copy')}
        copyWord={shell('copy')}
        copiedText={shell('copied')}
      />
    </Notice>
  );
}
