import { UserPlus } from 'lucide';
import type { Metadata } from 'next';
import { getTranslations } from 'next-intl/server';
import { Badge } from '#components/ui/badge.tsx';
import { Button } from '#components/ui/button.tsx';
import { ConfirmButton } from '#components/ui/confirm-button.tsx';
import { Icon } from '#components/ui/icon.tsx';
import { PageHeader } from '#components/ui/page-header.tsx';
import { RelativeTime } from '#components/ui/relative-time.tsx';
import { Cell, HeadCell, Row, Table } from '#components/ui/table.tsx';
import { requireAdmin } from '#features/kit/current-member.ts';
import { portalPage } from '#features/kit/portal-page.tsx';
import { changeMemberRole, removeMember, revokeInvitation } from '#features/tenants/actions.ts';
import { InviteDialog, inviteDialogId } from '#features/tenants/components/invite-dialog.tsx';
import { listMembers, listPendingInvitations } from '#features/tenants/queries.ts';

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations('settings.members'))('title') };
}

export default portalPage(async () => {
  const admin = await requireAdmin();
  const [members, { open, expired }, t, shell] = await Promise.all([
    listMembers(admin),
    listPendingInvitations(admin),
    getTranslations('settings.members'),
    getTranslations('shell'),
  ]);
  const { timeZone } = admin;

  return (
    <>
      <PageHeader
        title={t('title')}
        description={t('description')}
        actions={
          <Button variant="primary" command="show-modal" commandfor={inviteDialogId}>
            <Icon node={UserPlus} />
            {t('invite')}
          </Button>
        }
      />
      <InviteDialog />
      <Table
        caption={t('caption')}
        head={
          <>
            <HeadCell>{t('person')}</HeadCell>
            <HeadCell>{t('role')}</HeadCell>
            <HeadCell>{t('joined')}</HeadCell>
            <HeadCell align="end">{t('actions')}</HeadCell>
          </>
        }
      >
        {members.map((member) => {
          const name = member.displayName || member.email;
          const otherRole = member.role === 'admin' ? 'staff' : 'admin';
          return (
            <Row key={member.userId}>
              <Cell>
                <span className="flex flex-wrap items-center gap-x-2 font-medium">
                  {name}
                  {member.userId === admin.userId ? <Badge tone="info">{t('you')}</Badge> : null}
                </span>
                {member.displayName ? (
                  <span className="block text-xs break-all text-ink-muted">{member.email}</span>
                ) : null}
              </Cell>
              <Cell label={t('role')}>
                <Badge>{shell(`roles.${member.role}`)}</Badge>
              </Cell>
              <Cell label={t('joined')} className="whitespace-nowrap text-ink-muted">
                <RelativeTime at={member.joinedAt} timeZone={timeZone} />
              </Cell>
              <Cell align="end" className="max-md:-ms-2.5 md:whitespace-nowrap">
                <ConfirmButton
                  id={`role-${member.userId}`}
                  tone="neutral"
                  action={changeMemberRole}
                  fields={{ userId: member.userId, role: otherRole }}
                  label={t(otherRole === 'admin' ? 'makeAdmin' : 'makeStaff')}
                  title={t(otherRole === 'admin' ? 'makeAdminTitle' : 'makeStaffTitle', { name })}
                  confirmLabel={t(otherRole === 'admin' ? 'makeAdmin' : 'makeStaff')}
                >
                  <p>{t(otherRole === 'admin' ? 'makeAdminBody' : 'makeStaffBody')}</p>
                </ConfirmButton>
                <ConfirmButton
                  id={`remove-${member.userId}`}
                  action={removeMember}
                  fields={{ userId: member.userId }}
                  label={t('remove')}
                  title={t('removeTitle', { name })}
                  confirmLabel={t('remove')}
                >
                  <p>{t('removeBody')}</p>
                </ConfirmButton>
              </Cell>
            </Row>
          );
        })}
      </Table>

      {open.length + expired.length > 0 ? (
        <section className="mt-8">
          <h2 className="text-[0.9375rem] font-semibold">{t('pending')}</h2>
          <p className="mb-3 text-[0.8125rem] text-ink-muted">{t('pendingDescription')}</p>
          <Table
            caption={t('pendingCaption')}
            head={
              <>
                <HeadCell>{t('email')}</HeadCell>
                <HeadCell>{t('role')}</HeadCell>
                <HeadCell>{t('expires')}</HeadCell>
                <HeadCell align="end">{t('actions')}</HeadCell>
              </>
            }
          >
            {[...open, ...expired].map((invitation) => (
              <Row key={invitation.id}>
                <Cell className="font-medium break-all">{invitation.email}</Cell>
                <Cell label={t('role')}>
                  <Badge>{shell(`roles.${invitation.role}`)}</Badge>
                </Cell>
                <Cell label={t('expires')} className="whitespace-nowrap text-ink-muted">
                  {expired.includes(invitation) ? (
                    <Badge tone="warning">{t('expired')}</Badge>
                  ) : (
                    <RelativeTime at={invitation.expiresAt} timeZone={timeZone} />
                  )}
                </Cell>
                <Cell align="end" className="max-md:-ms-2.5">
                  <ConfirmButton
                    id={`revoke-${invitation.id}`}
                    action={revokeInvitation}
                    fields={{ invitationId: invitation.id }}
                    label={t('revoke')}
                    title={t('revokeTitle', { email: invitation.email })}
                    confirmLabel={t('revoke')}
                  >
                    <p>{t('revokeBody')}</p>
                  </ConfirmButton>
                </Cell>
              </Row>
            ))}
          </Table>
        </section>
      ) : null}
    </>
  );
});
