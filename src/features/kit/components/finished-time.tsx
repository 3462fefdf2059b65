import { ClockAlert } from 'lucide';
import { Icon } from '#components/ui/icon.tsx';
import { RelativeTime } from '#components/ui/relative-time.tsx';

/** When a job last finished, with a mark where the reporter's clock was ahead. */
export function FinishedTime({
  at,
  timeZone,
  clockAhead,
}: {
  at: string;
  timeZone: string;
  /** Texts of the mark, or null where the clock was right. */
  clockAhead: { word: string; hint: string } | null;
}) {
  return (
    <span className="inline-flex flex-wrap items-center gap-x-2 gap-y-0.5">
      <RelativeTime at={at} timeZone={timeZone} className="whitespace-nowrap" />
      {clockAhead ? (
        <span
          title={clockAhead.hint}
          className="inline-flex items-center gap-1 text-xs whitespace-nowrap text-warning"
        >
          <Icon node={ClockAlert} className="size-3.5" />
          {clockAhead.word}
        </span>
      ) : null}
    </span>
  );
}
