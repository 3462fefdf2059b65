import type { Route } from 'next';
import { useTranslations } from 'next-intl';
import { ConfirmDialog } from '#components/ui/confirm-dialog.tsx';
import type { Member } from '#data/member-row.ts';
import { changeMemberRole, removeMember } from '#features/members/actions.ts';

/** Asks for confirmation before a member's role changes or a member is removed. */
export function MemberDialog({
  member,
  change,
  closedHref,
}: {
  member: Member;
  change: 'role' | 'remove';
  closedHref: Route;
}) {
  const t = useTranslations('settings.members');
  const { userId } = member;
  const name = member.displayName || member.email;
  if (change === 'remove') {
    return (
      <ConfirmDialog
        id="remove-member"
        title={t('removeTitle', { name })}
        action={removeMember}
        fields={{ userId }}
        confirmLabel={t('remove')}
        closedHref={closedHref}
      >
        <p>{t('removeBody')}</p>
      </ConfirmDialog>
    );
  }
  const role = member.role === 'admin' ? 'staff' : 'admin';
  const verb = role === 'admin' ? 'makeAdmin' : 'makeStaff';
  return (
    <ConfirmDialog
      id="change-role"
      tone="neutral"
      title={t(`${verb}Title`, { name })}
      action={changeMemberRole}
      fields={{ userId, role }}
      confirmLabel={t(verb)}
      closedHref={closedHref}
    >
      <p>{t(`${verb}Body`)}</p>
    </ConfirmDialog>
  );
}
