import { Check, Copy } from 'lucide';
import { useTranslations } from 'next-intl';
import { CopyTrigger } from './copy-trigger.tsx';
import { Icon } from './icon.tsx';

/** Copies a text. `label` says what, for those who do not see where the button stands. */
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
      copiedText={t('copied')}
      idle={
        <>
          <Icon node={Copy} className="size-3.5" />
          {showWord ? t('copy') : null}
        </>
      }
      done={
        <>
          <Icon node={Check} className="size-3.5 text-success" />
          {showWord ? t('copied') : null}
        </>
      }
    />
  );
}
