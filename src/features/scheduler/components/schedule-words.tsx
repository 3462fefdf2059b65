import { TriangleAlert } from 'lucide-react';
import { getLocale, getTranslations } from 'next-intl/server';
import { Icon } from '#components/ui/icon.tsx';
import type { JobSchedule } from '#data/plugin-job-row.ts';
import { describeSchedule } from '#domain/schedule/describe-schedule.ts';

/** Says in words when a job runs, that nothing is planned, or that the stored schedule is invalid. */
export async function ScheduleWords({
  schedule,
  timeZone,
}: {
  schedule: JobSchedule | null;
  timeZone: string;
}) {
  const [t, locale] = await Promise.all([getTranslations('schedules'), getLocale()]);
  if (schedule === null) return <span className="text-ink-muted">{t('manualOnly')}</span>;
  if (schedule.when === null) {
    return (
      <span className="inline-flex items-center gap-1 text-danger">
        <Icon icon={TriangleAlert} className="size-3.5" />
        {t('broken')}
      </span>
    );
  }
  const { schedule: when } = schedule.when;
  return (
    <span title={when.type === 'cron' ? when.expression : undefined}>
      {describeSchedule(when, { locale, timeZone })}
    </span>
  );
}
