import { useTranslations } from 'next-intl';
import { limits } from '#domain/limits.ts';
import { ActionForm } from '#components/ui/action-form.tsx';
import { Dialog, DialogActions, DialogDone } from '#components/ui/dialog.tsx';
import { CheckboxGroup, SelectField, TextField } from '#components/ui/field.tsx';
import { WhenDone } from '#components/ui/form-result.tsx';
import { SubmitButton } from '#components/ui/submit-button.tsx';
import { apiKeyScopes } from '#domain/api-key.ts';
import { createApiKey } from '#features/api-keys/actions.ts';
import { NewKeyNotice } from './new-key-notice.tsx';

export const createKeyDialogId = 'create-api-key';

/** Asks what the key is for, then shows it once. */
export function CreateKeyDialog() {
  const t = useTranslations('settings.apiKeys');
  return (
    <Dialog id={createKeyDialogId} title={t('createTitle')}>
      <ActionForm action={createApiKey} keepOpen>
        <WhenDone
          before={
            <div className="space-y-4">
              <TextField
                name="name"
                label={t('name')}
                placeholder={t('namePlaceholder')}
                maxLength={limits.apiKeys.name.max}
                required
              />
              <CheckboxGroup
                name="scopes[]"
                label={t('scopes')}
                options={apiKeyScopes.map((scope) => ({
                  value: scope,
                  label: t(`scopeNames.${scope}`),
                  hint: t(`scopeHints.${scope}`),
                  defaultChecked: scope === 'report',
                }))}
              />
              <SelectField
                name="expiryDays"
                label={t('expiry')}
                defaultValue="never"
                options={(['never', '30', '90', '365'] as const).map((choice) => ({
                  value: choice,
                  label: t(`expiryChoices.${choice}`),
                }))}
              />
              <DialogActions id={createKeyDialogId}>
                <SubmitButton>{t('create')}</SubmitButton>
              </DialogActions>
            </div>
          }
        >
          <NewKeyNotice />
          <DialogDone id={createKeyDialogId} />
        </WhenDone>
      </ActionForm>
    </Dialog>
  );
}
