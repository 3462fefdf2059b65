import { useLocale } from 'next-intl';
import { timeWriter } from '#components/ui/relative-time.tsx';
import { type ClockAheadTexts, LiveFinishedTime } from './live-finished-time.tsx';

/** When a job last finished, with a mark where the reporter's clock was ahead. */
export function FinishedTime({
  at,
  timeZone,
  clockAhead,
}: {
  at: string;
  timeZone: string;
  /** Texts of the mark, or null where the clock was right. */
  clockAhead: ClockAheadTexts | null;
}) {
  const locale = useLocale();
  return <LiveFinishedTime time={timeWriter(locale, timeZone)(at)} locale={locale} clockAhead={clockAhead} />;
}
