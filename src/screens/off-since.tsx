import { useLocale, useTranslations } from 'next-intl';
import { formatPlainTime } from '#components/ui/format-time.ts';
import type { OffState } from '#data/plugin-job-row.ts';

/** Says what is off, since when and by whom: 'Disabled since 9:00 by Yamada'. */
export function OffSince({ off, timeZone }: { off: OffState; timeZone: string }) {
  const t = useTranslations('schedules.offSince');
  const locale = useLocale();
  const time = formatPlainTime(off.since, locale, timeZone);
  return (
    <span className="text-ink-muted">
      {t(off.reason, { time, hasName: off.by === '' ? 'no' : 'yes', name: off.by })}
    </span>
  );
}
