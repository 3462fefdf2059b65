import { useLocale, useTranslations } from 'next-intl';
import { ActionForm } from '#components/ui/action-form.tsx';
import { SwitchButton } from '#components/ui/switch-button.tsx';
import { type LocalizedText, textIn } from '#domain/plugin/payload-schema.ts';
import { setJobEnabled } from '#features/scheduler/actions.ts';

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
    <ActionForm action={setJobEnabled} className="relative z-10 space-y-0">
      <input type="hidden" name="jobId" value={job.jobId} />
      <input type="hidden" name="isEnabled" value={String(!job.isEnabled)} />
      <SwitchButton
        isOn={job.isEnabled}
        label={t('switchLabel', { title: textIn(job.title, locale) })}
        onText={t('on')}
        offText={t('off')}
      />
    </ActionForm>
  );
}
