import { useTranslations } from 'next-intl';
import { CodeText } from './code-text.tsx';

/**
 * Text to copy, such as a command or script.
 * @param secretPlaceholder replaced by the secret of the surrounding form after its action returned one
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
