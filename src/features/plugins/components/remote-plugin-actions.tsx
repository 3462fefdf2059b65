import { KeyRound, RefreshCw, Trash2 } from 'lucide-react';
import { useTranslations } from 'next-intl';
import { ActionForm } from '#components/ui/action-form.tsx';
import { Button } from '#components/ui/button.tsx';
import { ConfirmButton } from '#components/ui/confirm-button.tsx';
import { Dialog, DialogActions, DialogDone } from '#components/ui/dialog.tsx';
import { WhenDone } from '#components/ui/form-result.tsx';
import { Icon } from '#components/ui/icon.tsx';
import { SubmitButton } from '#components/ui/submit-button.tsx';
import { refreshRemotePlugin, deleteRemotePlugin, rotatePluginSecret } from '#features/plugins/actions.ts';
import { PluginSecretNotice } from './plugin-secret-notice.tsx';

/** Buttons for admins to reread a remote plugin's manifest, rotate its secret, or delete it. */
export function RemotePluginActions({ pluginId, name }: { pluginId: string; name: string }) {
  const t = useTranslations('plugins');
  return (
    <div className="flex flex-wrap items-start gap-2">
      <ActionForm action={refreshRemotePlugin} className="space-y-2">
        <input type="hidden" name="pluginId" value={pluginId} />
        <SubmitButton variant="secondary" size="sm">
          <Icon icon={RefreshCw} className="size-3.5" />
          {t('refresh.button')}
        </SubmitButton>
      </ActionForm>
      <Button size="sm" command="show-modal" commandfor="rotate-secret">
        <Icon icon={KeyRound} className="size-3.5" />
        {t('rotate.button')}
      </Button>
      <Dialog id="rotate-secret" title={t('rotate.title')}>
        <ActionForm action={rotatePluginSecret} keepOpen>
          <input type="hidden" name="pluginId" value={pluginId} />
          <WhenDone
            before={
              <div className="space-y-4">
                <p className="text-ink-muted">{t('rotate.body')}</p>
                <DialogActions id="rotate-secret">
                  <SubmitButton variant="danger">{t('rotate.submit')}</SubmitButton>
                </DialogActions>
              </div>
            }
          >
            <PluginSecretNotice />
            <DialogDone id="rotate-secret" />
          </WhenDone>
        </ActionForm>
      </Dialog>
      <ConfirmButton
        id="delete-plugin"
        action={deleteRemotePlugin}
        fields={{ pluginId }}
        label={t('delete.button')}
        icon={Trash2}
        title={t('delete.title', { name })}
        confirmLabel={t('delete.button')}
      >
        <p>{t('delete.body')}</p>
      </ConfirmButton>
    </div>
  );
}
