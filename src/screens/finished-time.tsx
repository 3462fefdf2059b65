import { useLocale, useTranslations } from 'next-intl';
import { timeWriter } from '#components/ui/relative-time.tsx';
import { LiveFinishedTime } from '#components/ui/live-finished-time.tsx';

/** When a job last finished, with a warning if the reporter's clock was wrong. */
export function FinishedTime({
  at,
  timeZone,
  isClockWrong,
}: {
  at: string;
  timeZone: string;
  isClockWrong: boolean;
}) {
  const t = useTranslations('lists.wrongClock');
  const locale = useLocale();
  return (
    <LiveFinishedTime
      time={timeWriter(locale, timeZone)(at)}
      locale={locale}
      wrongClock={isClockWrong ? { word: t('word'), hint: t('hint') } : null}
    />
  );
}
