import { useTranslations } from 'next-intl';
import { CopyTrigger } from './copy-trigger.tsx';

/** Copies a text. `label` names it for screen readers. */
export function CopyButton({
  text,
  label,
  showWord = false,
}: {
  text: string;
  label: string;
  showWord?: boolean;
}) {
  const t = useTranslations('shell');
  return (
    <CopyTrigger
      text={text}
      label={label}
      copyWord={t('copy')}
      copiedText={t('copied')}
      showWord={showWord}
    />
  );
}
