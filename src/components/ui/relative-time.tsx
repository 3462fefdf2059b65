import { useLocale } from 'next-intl';
import { formatExactTime, formatRelativeTime } from './format-time.ts';
import { LiveRelativeTime, type WrittenTime } from './live-relative-time.tsx';

/** Formats times on the server for a LiveRelativeTime in a client component. */
export function timeWriter(locale: string, timeZone: string): (at: string) => WrittenTime {
  const now = new Date();
  return (at) => ({
    at,
    title: formatExactTime(at, locale, timeZone),
    initialText: formatRelativeTime(new Date(at), now, locale),
  });
}

/**
 * Shows how long ago something was (or will be), and the exact time on hover. It keeps counting while the page is open.
 * @param at instant in ISO 8601
 * @param timeZone the tenant's zone
 */
export function RelativeTime({
  at,
  timeZone,
  className,
}: {
  at: string;
  timeZone: string;
  className?: string;
}) {
  const locale = useLocale();
  return <LiveRelativeTime {...timeWriter(locale, timeZone)(at)} locale={locale} className={className} />;
}

/** The exact time in the given zone, with the zone's name. */
export function ExactTime({ at, timeZone, className }: { at: string; timeZone: string; className?: string }) {
  const locale = useLocale();
  return (
    <time dateTime={at} className={className}>
      {formatExactTime(at, locale, timeZone)}
    </time>
  );
}
