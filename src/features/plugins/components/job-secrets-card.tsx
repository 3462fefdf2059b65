import { useTranslations } from 'next-intl';
import { limits } from '#domain/limits.ts';
import { ActionForm } from '#components/ui/action-form.tsx';
import { Card, CardHeader } from '#components/ui/card.tsx';
import { ConfirmButton } from '#components/ui/confirm-button.tsx';
import { TextField } from '#components/ui/field.tsx';
import { RelativeTime } from '#components/ui/relative-time.tsx';
import { SubmitButton } from '#components/ui/submit-button.tsx';
import { deleteJobSecret, setJobSecret } from '#features/plugins/actions.ts';

/** Shows the names of a job's secrets, never their values; a new value replaces the old one. */
export function JobSecretsCard({
  jobId,
  secrets,
  timeZone,
}: {
  jobId: string;
  secrets: readonly { name: string; updatedAt: string }[];
  timeZone: string;
}) {
  const t = useTranslations('plugins.settings');
  return (
    <Card aria-labelledby="secrets-title">
      <CardHeader
        id="secrets-title"
        title={t('secrets')}
        description={t('secretsHint', { placeholder: `{{secret.${t('secretPlaceholder')}}}` })}
      />
      {secrets.length === 0 ? null : (
        <ul className="mb-4 divide-y divide-line border-y border-line">
          {secrets.map(({ name, updatedAt }) => (
            <li key={name} className="flex flex-wrap items-center justify-between gap-x-4 py-1">
              <code className="font-mono text-[0.8125rem]">{name}</code>
              <span className="flex items-center gap-3 text-xs text-ink-muted">
                <span>
                  {t('secretUpdated')} <RelativeTime at={updatedAt} timeZone={timeZone} />
                </span>
                <ConfirmButton
                  id={`delete-secret-${name}`}
                  action={deleteJobSecret}
                  fields={{ jobId, secretName: name }}
                  label={t('secretDelete')}
                  title={t('secretDeleteTitle', { name })}
                  confirmLabel={t('secretDelete')}
                >
                  <p>{t('secretDeleteBody')}</p>
                </ConfirmButton>
              </span>
            </li>
          ))}
        </ul>
      )}
      <ActionForm action={setJobSecret}>
        <input type="hidden" name="jobId" value={jobId} />
        <div className="grid items-start gap-3 sm:grid-cols-2">
          <TextField
            name="secretName"
            label={t('secretName')}
            hint={t('secretNameHint')}
            maxLength={limits.jobSecrets.name.max}
            required
            autoComplete="off"
            autoCapitalize="off"
            spellCheck={false}
            className="[&_input]:font-mono"
          />
          <TextField
            name="secretValue"
            label={t('secretValue')}
            type="password"
            maxLength={limits.jobSecrets.value.max}
            required
            autoComplete="off"
          />
        </div>
        <SubmitButton variant="secondary">{t('secretSet')}</SubmitButton>
      </ActionForm>
    </Card>
  );
}
