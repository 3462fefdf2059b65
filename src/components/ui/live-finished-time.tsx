import { ClockAlert } from 'lucide-react';
import { Icon } from '#components/ui/icon.tsx';
import { LiveRelativeTime, type WrittenTime } from '#components/ui/live-relative-time.tsx';

/** Texts of the warning next to a time from a clock that was wrong. */
export interface WrongClockTexts {
  word: string;
  hint: string;
}

/** FinishedTime for client components; the server formats the time. */
export function LiveFinishedTime({
  time,
  locale,
  wrongClock,
}: {
  time: WrittenTime;
  locale: string;
  wrongClock: WrongClockTexts | null;
}) {
  const shown = <LiveRelativeTime {...time} locale={locale} className="whitespace-nowrap" />;
  if (!wrongClock) return shown;
  return (
    <span className="inline-flex flex-wrap items-center gap-x-2 gap-y-0.5">
      {shown}
      <span
        title={wrongClock.hint}
        className="inline-flex items-center gap-1 text-xs whitespace-nowrap text-warning"
      >
        <Icon icon={ClockAlert} className="size-3.5" />
        {wrongClock.word}
      </span>
    </span>
  );
}
