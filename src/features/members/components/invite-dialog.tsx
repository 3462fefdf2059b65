import { useTranslations } from 'next-intl';
import { invitationDays } from '#domain/limits.ts';
import { ActionForm } from '#components/ui/action-form.tsx';
import { Dialog, DialogActions, DialogDone } from '#components/ui/dialog.tsx';
import { SelectField, TextField } from '#components/ui/field.tsx';
import { SecretResult, WhenDone } from '#components/ui/form-result.tsx';
import { Notice } from '#components/ui/notice.tsx';
import { SubmitButton } from '#components/ui/submit-button.tsx';
import { inviteMember } from '#features/members/actions.ts';

export const inviteDialogId = 'invite-member';

/** Asks whom to invite, then shows the link once. */
export function InviteDialog() {
  const t = useTranslations('settings.members');
  const shell = useTranslations('shell');
  return (
    <Dialog id={inviteDialogId} title={t('inviteTitle')}>
      <ActionForm action={inviteMember} keepOpen>
        <WhenDone
          before={
            <div className="space-y-4">
              <TextField name="email" label={t('email')} hint={t('inviteHint')} type="email" required />
              <SelectField
                name="role"
                label={t('role')}
                hint={t('roleHint')}
                defaultValue="staff"
                options={[
                  { value: 'staff', label: shell('roles.staff') },
                  { value: 'admin', label: shell('roles.admin') },
                ]}
              />
              <DialogActions id={inviteDialogId}>
                <SubmitButton>{t('createLink')}</SubmitButton>
              </DialogActions>
            </div>
          }
        >
          <Notice tone="success" title={t('linkReady')}>
            <p className="mb-2">{t('linkOnce', { days: invitationDays })}</p>
            <SecretResult
              label={t('link')}
              copyLabel={t('copyLink')}
              copyWord={shell('copy')}
              copiedText={shell('copied')}
            />
          </Notice>
          <DialogDone id={inviteDialogId} />
        </WhenDone>
      </ActionForm>
    </Dialog>
  );
}
