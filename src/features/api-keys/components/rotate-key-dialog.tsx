import type { Route } from 'next';
import { useTranslations } from 'next-intl';
import { ActionForm } from '#components/ui/action-form.tsx';
import { Dialog, DialogActions, DialogDone } from '#components/ui/dialog.tsx';
import { SelectField } from '#components/ui/field.tsx';
import { WhenDone } from '#components/ui/form-result.tsx';
import { SubmitButton } from '#components/ui/submit-button.tsx';
import type { ApiKey } from '#data/api-key-row.ts';
import { rotateApiKey } from '#features/api-keys/actions.ts';
import { overlapDaysChoices } from '#features/api-keys/schemas.ts';
import { NewKeyNotice } from './new-key-notice.tsx';

/** Asks how long the old key should keep working, then shows the new one. */
export function RotateKeyDialog({ apiKey, closedHref }: { apiKey: ApiKey; closedHref: Route }) {
  const t = useTranslations('settings.apiKeys');
  const id = 'rotate-key';
  return (
    <Dialog id={id} title={t('rotateTitle', { name: apiKey.name })} closedHref={closedHref}>
      <ActionForm action={rotateApiKey} keepOpen>
        <input type="hidden" name="apiKeyId" value={apiKey.id} />
        <WhenDone
          before={
            <div className="space-y-4">
              <p className="text-ink-muted">{t('rotateBody')}</p>
              <SelectField
                name="overlapDays"
                label={t('overlap')}
                defaultValue="7"
                options={overlapDaysChoices.map((choice) => ({
                  value: choice,
                  label: t(`overlapChoices.${choice}`),
                }))}
              />
              <DialogActions id={id} closedHref={closedHref}>
                <SubmitButton>{t('rotateSubmit')}</SubmitButton>
              </DialogActions>
            </div>
          }
        >
          <NewKeyNotice />
          <DialogDone id={id} closedHref={closedHref} />
        </WhenDone>
      </ActionForm>
    </Dialog>
  );
}
