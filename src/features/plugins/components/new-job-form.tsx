import { useLocale, useTranslations } from 'next-intl';
import { limits } from '#domain/limits.ts';
import { ActionForm } from '#components/ui/action-form.tsx';
import { TextField } from '#components/ui/field.tsx';
import { LinkButton } from '#components/ui/link-button.tsx';
import { SubmitButton } from '#components/ui/submit-button.tsx';
import type { PluginJob } from '#domain/plugin/manifest.ts';
import { textIn } from '#domain/plugin/payload-schema.ts';
import { PayloadFields } from '#forms/payload-fields.tsx';
import { createJob } from '#features/plugins/actions.ts';
import { pluginPath } from '#http/paths.ts';

/** Creates a job of a plugin without code, from a name and the input that its manifest describes. */
export function NewJobForm({ pluginId, declared }: { pluginId: string; declared: PluginJob }) {
  const t = useTranslations('plugins.job');
  const shell = useTranslations('shell');
  const locale = useLocale();
  return (
    <ActionForm action={createJob}>
      <input type="hidden" name="pluginId" value={pluginId} />
      <input type="hidden" name="jobName" value={declared.name} />
      <TextField
        name="title"
        label={t('name')}
        placeholder={textIn(declared.title, locale)}
        maxLength={limits.jobs.title.max}
        required
      />
      <TextField
        name="jobKey"
        label={t('key')}
        hint={t('keyHint')}
        maxLength={limits.jobs.jobKey.max}
        required
        autoComplete="off"
        autoCapitalize="off"
        spellCheck={false}
        className="[&_input]:font-mono"
      />
      {declared.payloadSchema === null ? null : (
        <fieldset className="space-y-4 border-t border-line pt-4">
          <legend className="float-start mb-3 w-full text-[0.9375rem] font-semibold">{t('payload')}</legend>
          <div className="clear-both space-y-4">
            <PayloadFields schema={declared.payloadSchema} payload={{}} />
          </div>
        </fieldset>
      )}
      <div className="flex flex-wrap items-center justify-end gap-2 border-t border-line pt-4">
        <p className="me-auto text-[0.8125rem] text-ink-muted max-sm:w-full">{t('next')}</p>
        <LinkButton href={pluginPath(pluginId)}>{shell('cancel')}</LinkButton>
        <SubmitButton>{t('submit')}</SubmitButton>
      </div>
    </ActionForm>
  );
}
