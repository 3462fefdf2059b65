import { Plus } from 'lucide-react';
import { useTranslations } from 'next-intl';
import { limits } from '#domain/limits.ts';
import { ActionForm } from '#components/ui/action-form.tsx';
import { Button } from '#components/ui/button.tsx';
import { Dialog, DialogActions, DialogDone } from '#components/ui/dialog.tsx';
import { TextField } from '#components/ui/field.tsx';
import { WhenDone } from '#components/ui/form-result.tsx';
import { Icon } from '#components/ui/icon.tsx';
import { SubmitButton } from '#components/ui/submit-button.tsx';
import { addRemotePlugin } from '#features/plugins/actions.ts';
import { PluginSecretNotice } from './plugin-secret-notice.tsx';

const dialogId = 'add-plugin';

/** Asks for the URL of a remote plugin, then shows its signing secret. */
export function AddPluginDialog() {
  const t = useTranslations('plugins.add');
  return (
    <>
      <Button variant="primary" command="show-modal" commandfor={dialogId}>
        <Icon icon={Plus} />
        {t('button')}
      </Button>
      <Dialog id={dialogId} title={t('title')}>
        <ActionForm action={addRemotePlugin} keepOpen>
          <WhenDone
            before={
              <div className="space-y-4">
                <p className="text-ink-muted">{t('body')}</p>
                <TextField
                  name="baseUrl"
                  label={t('baseUrl')}
                  hint={t('baseUrlHint')}
                  type="url"
                  maxLength={limits.plugins.baseUrl.max}
                  required
                />
                <DialogActions id={dialogId}>
                  <SubmitButton>{t('submit')}</SubmitButton>
                </DialogActions>
              </div>
            }
          >
            <PluginSecretNotice />
            <DialogDone id={dialogId} />
          </WhenDone>
        </ActionForm>
      </Dialog>
    </>
  );
}
