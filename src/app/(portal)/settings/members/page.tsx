import { UserPlus } from 'lucide-react';
import { getTranslations } from 'next-intl/server';
import { Badge } from '#components/ui/badge.tsx';
import { Button } from '#components/ui/button.tsx';
import { DialogLink } from '#components/ui/dialog-link.tsx';
import { Icon } from '#components/ui/icon.tsx';
import { PageHeader } from '#components/ui/page-header.tsx';
import { RelativeTime } from '#components/ui/relative-time.tsx';
import { Cell, HeadCell, Row, Table } from '#components/ui/table.tsx';
import { addressOf } from '#http/paths.ts';
import { requireAdmin } from '#auth/actor.ts';
import { requireMember } from '#auth/current-member.ts';
import { pageTitle } from '#screens/page-title.ts';
import { portalPage } from '#screens/portal-page.tsx';
import { InviteDialog, inviteDialogId } from '#features/members/components/invite-dialog.tsx';
import { MemberDialog } from '#features/members/components/member-dialog.tsx';
import { RevokeDialog } from '#features/members/components/revoke-dialog.tsx';
import { listMembers, listPendingInvitations } from '#features/members/queries.ts';
import { parseMembersAddress } from '#features/members/schemas.ts';

export const generateMetadata = pageTitle('settings.members.title');

const path = '/settings/members';

export default portalPage<PageProps<'/settings/members'>>(async ({ searchParams }) => {
  const chosen = parseMembersAddress(await searchParams);
  const admin = requireAdmin(await requireMember());
  const [members, { open, expired }, t, shell] = await Promise.all([
    listMembers(admin),
    listPendingInvitations(admin),
    getTranslations('settings.members'),
    getTranslations('shell'),
  ]);
  const { timeZone } = admin;
  const invitations = [...open, ...expired];
  const changed = members.find(({ userId }) => userId === (chosen.role ?? chosen.remove));
  const revoked = invitations.find(({ id }) => id === chosen.revoke);

  return (
    <>
      <PageHeader
        title={t('title')}
        description={t('description')}
        actions={
          <Button variant="primary" command="show-modal" commandfor={inviteDialogId}>
            <Icon icon={UserPlus} />
            {t('invite')}
          </Button>
        }
      />
      <InviteDialog />
      {changed ? (
        <MemberDialog
          key={`${chosen.role} ${chosen.remove}`}
          member={changed}
          change={chosen.role ? 'role' : 'remove'}
          closedHref={path}
        />
      ) : null}
      {revoked ? <RevokeDialog key={revoked.id} invitation={revoked} closedHref={path} /> : null}
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
                <DialogLink href={addressOf(path, { role: member.userId })} variant="ghost">
                  {t(member.role === 'admin' ? 'makeStaff' : 'makeAdmin')}
                </DialogLink>
                <DialogLink href={addressOf(path, { remove: member.userId })} variant="danger-ghost">
                  {t('remove')}
                </DialogLink>
              </Cell>
            </Row>
          );
        })}
      </Table>

      {invitations.length > 0 ? (
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
            {invitations.map((invitation) => (
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
                  <DialogLink href={addressOf(path, { revoke: invitation.id })} variant="danger-ghost">
                    {t('revoke')}
                  </DialogLink>
                </Cell>
              </Row>
            ))}
          </Table>
        </section>
      ) : null}
    </>
  );
});
