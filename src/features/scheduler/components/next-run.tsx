import { useLocale, useTranslations } from 'next-intl';
import { formatPlainTime } from '#components/ui/format-time.ts';
import { RelativeTime } from '#components/ui/relative-time.tsx';
import type { JobSchedule } from '#data/plugin-job-row.ts';

/** Shows when a job starts next; with a spread, also the time in its schedule. */
export function NextRun({
  schedule,
  timeZone,
  isHeld,
}: {
  schedule: JobSchedule | null;
  timeZone: string;
  /** All schedules are stopped. */
  isHeld: boolean;
}) {
  const t = useTranslations('schedules');
  const locale = useLocale();
  if (schedule?.nextDueAt == null || schedule.nextNominalAt === null) return t('noNext');
  if (isHeld) return <span className="text-warning">{t('held')}</span>;
  const { nextDueAt, nextNominalAt } = schedule;
  return (
    <span className="block">
      <RelativeTime at={nextDueAt} timeZone={timeZone} className="block whitespace-nowrap text-ink" />
      <span className="block text-xs">{formatPlainTime(nextDueAt, locale, timeZone)}</span>
      {nextDueAt === nextNominalAt ? null : (
        <span className="block text-xs">
          {t('nominal', { time: formatPlainTime(nextNominalAt, locale, timeZone) })}
        </span>
      )}
    </span>
  );
}
