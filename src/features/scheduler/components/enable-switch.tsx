import { useLocale, useTranslations } from 'next-intl';
import { type LocalizedText, textIn } from '#domain/plugin/payload-schema.ts';
import { EnableForm } from './enable-form.tsx';

/** Shows whether a job is enabled; admins can change it. */
export function EnableSwitch({
  job,
  canChange,
}: {
  job: { jobId: string; title: LocalizedText; isEnabled: boolean };
  canChange: boolean;
}) {
  const t = useTranslations('schedules');
  const locale = useLocale();
  if (!canChange) return t(job.isEnabled ? 'on' : 'off');
  return (
    <EnableForm
      jobId={job.jobId}
      isEnabled={job.isEnabled}
      label={t('switchLabel', { title: textIn(job.title, locale) })}
      onText={t('on')}
      offText={t('off')}
    />
  );
}
