import { useLocale, useTranslations } from 'next-intl';
import { limits } from '#domain/limits.ts';
import { ActionForm } from '#components/ui/action-form.tsx';
import { CheckboxField, TextareaField, TextField } from '#components/ui/field.tsx';
import { LinkButton } from '#components/ui/link-button.tsx';
import { SubmitButton } from '#components/ui/submit-button.tsx';
import type { PluginJob } from '#domain/plugin/manifest.ts';
import { textIn } from '#domain/plugin/payload-schema.ts';
import { PayloadFields } from '#forms/payload-fields.tsx';
import { changeJobSettings } from '#features/plugins/actions.ts';
import type { JobSettings } from '#features/plugins/plugin-screens.ts';
import { jobPath } from '#http/paths.ts';

const numbers = ['timeoutSeconds', 'maxAttempts', 'backoffSeconds', 'maxBackoffSeconds'] as const;

/** Changes the settings of a job of a plugin. */
export function JobSettingsForm({
  settings,
  declared,
}: {
  settings: JobSettings;
  declared: PluginJob | null;
}) {
  const t = useTranslations('plugins.settings');
  const locale = useLocale();
  const shell = useTranslations('shell');
  const labels = {
    timeoutSeconds: t('timeoutSeconds'),
    maxAttempts: t('attempts'),
    backoffSeconds: t('backoffSeconds'),
    maxBackoffSeconds: t('maxBackoffSeconds'),
  };
  return (
    <ActionForm action={changeJobSettings}>
      <input type="hidden" name="jobId" value={settings.jobId} />
      <input type="hidden" name="pluginId" value={settings.pluginId} />
      <input type="hidden" name="jobName" value={settings.jobName} />
      <TextField
        name="title"
        label={t('name')}
        defaultValue={textIn(settings.title, locale)}
        maxLength={limits.jobs.title.max}
        required
      />
      {declared?.payloadSchema ? (
        <div className="space-y-4 border-t border-line pt-4">
          <h2 className="text-[0.9375rem] font-semibold">{t('payload')}</h2>
          <PayloadFields schema={declared.payloadSchema} payload={settings.payload} />
        </div>
      ) : null}
      <div className="space-y-4 border-t border-line pt-4">
        <h2 className="text-[0.9375rem] font-semibold">{t('limits')}</h2>
        <div className="grid gap-4 sm:grid-cols-2">
          {numbers.map((name) => (
            <TextField
              key={name}
              name={name}
              label={labels[name]}
              hint={name === 'backoffSeconds' ? t('backoffHint') : undefined}
              type="number"
              inputMode="numeric"
              {...limits.jobs[name]}
              step={1}
              defaultValue={settings[name]}
              required
            />
          ))}
          <TextField
            name="concurrencyLimit"
            label={t('concurrency')}
            hint={t('concurrencyHint')}
            type="number"
            inputMode="numeric"
            {...limits.jobs.concurrencyLimit}
            step={1}
            defaultValue={settings.concurrencyLimit ?? ''}
          />
        </div>
      </div>
      {declared?.hasCursor || settings.cursor !== null ? (
        <div className="border-t border-line pt-4">
          <TextareaField
            name="cursor"
            label={t('cursor')}
            hint={t('cursorHint')}
            rows={2}
            defaultValue={settings.cursor ?? ''}
            maxLength={limits.jobs.cursor.max}
            spellCheck={false}
            className="[&_textarea]:font-mono"
          />
        </div>
      ) : null}
      <div className="border-t border-line pt-4">
        <CheckboxField
          name="staffCanRun"
          label={t('staffCanRun')}
          hint={t('staffCanRunHint')}
          defaultChecked={settings.staffCanRun}
        />
      </div>
      <div className="flex flex-wrap justify-end gap-2 border-t border-line pt-4">
        <LinkButton href={jobPath(settings.jobId)}>{shell('cancel')}</LinkButton>
        <SubmitButton>{shell('save')}</SubmitButton>
      </div>
    </ActionForm>
  );
}
