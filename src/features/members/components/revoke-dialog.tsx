import type { Route } from 'next';
import { useTranslations } from 'next-intl';
import { ConfirmDialog } from '#components/ui/confirm-dialog.tsx';
import { revokeInvitation } from '#features/members/actions.ts';

/** Asks for confirmation before an invitation is revoked. */
export function RevokeDialog({
  invitation,
  closedHref,
}: {
  invitation: { id: string; email: string };
  closedHref: Route;
}) {
  const t = useTranslations('settings.members');
  return (
    <ConfirmDialog
      id="revoke-invitation"
      title={t('revokeTitle', { email: invitation.email })}
      action={revokeInvitation}
      fields={{ invitationId: invitation.id }}
      confirmLabel={t('revoke')}
      closedHref={closedHref}
    >
      <p>{t('revokeBody')}</p>
    </ConfirmDialog>
  );
}
