import { useTranslations } from 'next-intl';
import { ActionForm } from '#components/ui/action-form.tsx';
import { Button } from '#components/ui/button.tsx';
import { Dialog, DialogActions, DialogDone } from '#components/ui/dialog.tsx';
import { SelectField } from '#components/ui/field.tsx';
import { WhenDone } from '#components/ui/form-result.tsx';
import { SubmitButton } from '#components/ui/submit-button.tsx';
import type { ApiKey } from '#data/api-key-row.ts';
import { rotateApiKey } from '#features/api-keys/actions.ts';
import { overlapDaysChoices } from '#features/api-keys/schemas.ts';
import { NewKeyNotice } from './new-key-notice.tsx';

/** A button that asks how long the old key shall go on working, and then shows the new one. */
export function RotateKeyDialog({ apiKey }: { apiKey: ApiKey }) {
  const t = useTranslations('settings.apiKeys');
  const id = `rotate-${apiKey.id}`;
  return (
    <>
      <Button variant="ghost" size="sm" command="show-modal" commandfor={id}>
        {t('rotate')}
      </Button>
      <Dialog id={id} title={t('rotateTitle', { name: apiKey.name })}>
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
                <DialogActions id={id}>
                  <SubmitButton>{t('rotateSubmit')}</SubmitButton>
                </DialogActions>
              </div>
            }
          >
            <NewKeyNotice />
            <DialogDone id={id} />
          </WhenDone>
        </ActionForm>
      </Dialog>
    </>
  );
}
