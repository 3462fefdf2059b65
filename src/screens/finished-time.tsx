import { useLocale, useTranslations } from 'next-intl';
import { timeWriter } from '#components/ui/relative-time.tsx';
import { LiveFinishedTime } from '#components/ui/live-finished-time.tsx';
import { clockAheadMinutesMax } from '#domain/limits.ts';

/** When a job last finished, with a warning if the reporter's clock was ahead. */
export function FinishedTime({
  at,
  timeZone,
  isClockAhead,
}: {
  at: string;
  timeZone: string;
  isClockAhead: boolean;
}) {
  const t = useTranslations('lists.clockAhead');
  const locale = useLocale();
  return (
    <LiveFinishedTime
      time={timeWriter(locale, timeZone)(at)}
      locale={locale}
      clockAhead={
        isClockAhead ? { word: t('word'), hint: t('hint', { minutes: clockAheadMinutesMax }) } : null
      }
    />
  );
}
