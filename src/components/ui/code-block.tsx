import { useTranslations } from 'next-intl';
import { CodeText } from './code-text.tsx';

/**
 * Text to be copied as it is: a command, a script.
 * @param secretPlaceholder what is replaced by the secret of the surrounding form once it has answered one
 */
export function CodeBlock({
  code,
  label,
  copyLabel,
  secretPlaceholder,
}: {
  code: string;
  label: string;
  copyLabel: string;
  secretPlaceholder?: string;
}) {
  const t = useTranslations('shell');
  return (
    <CodeText
      code={code}
      secretPlaceholder={secretPlaceholder}
      label={label}
      copyLabel={copyLabel}
      copiedText={t('copied')}
      copyWord={t('copy')}
    />
  );
}
