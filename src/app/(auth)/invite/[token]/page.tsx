import { getTranslations } from 'next-intl/server';
import { invitationDays, limits, passwordCharactersMin } from '#domain/limits.ts';
import { ActionForm } from '#components/ui/action-form.tsx';
import { Button } from '#components/ui/button.tsx';
import { TextField } from '#components/ui/field.tsx';
import { WhenDone } from '#components/ui/form-result.tsx';
import { LinkButton } from '#components/ui/link-button.tsx';
import { Notice } from '#components/ui/notice.tsx';
import { SubmitButton } from '#components/ui/submit-button.tsx';
import { Tabs } from '#components/ui/tabs.tsx';
import { addressOf, invitationPath } from '#http/paths.ts';
import { pageTitle } from '#screens/page-title.ts';
import { portalPage } from '#screens/portal-page.tsx';
import { signOut } from '#features/session/actions.ts';
import { readVisitorEmail } from '#features/session/queries.ts';
import { joinAsNewPerson, joinAsVisitor, joinWithPassword } from '#features/members/actions.ts';
import { findInvitation } from '#features/members/find-invitation.ts';

export const generateMetadata = pageTitle('auth.invite.title');

export default portalPage<PageProps<'/invite/[token]'>>(async ({ params, searchParams }) => {
  const [{ token }, { as }, t, shell] = await Promise.all([
    params,
    searchParams,
    getTranslations('auth.invite'),
    getTranslations('shell'),
  ]);
  const [invitation, visitorEmail] = await Promise.all([findInvitation(token), readVisitorEmail()]);

  if (invitation?.state !== 'open') {
    return (
      <>
        <h1 className="mb-2 text-lg font-semibold">{t(`over.${invitation?.state ?? 'unknown'}`)}</h1>
        <p className="mb-4 text-ink-muted">{t('overBody', { days: invitationDays })}</p>
        <LinkButton href="/sign-in">{t('toSignIn')}</LinkButton>
      </>
    );
  }

  const heading = (
    <>
      <h1 className="text-lg font-semibold">{t('heading', { company: invitation.tenantName })}</h1>
      <p className="mt-1 mb-4 text-[0.8125rem] text-ink-muted">
        {t('intro', { email: invitation.email, role: shell(`roles.${invitation.role}`) })}
      </p>
    </>
  );
  const tokenField = <input type="hidden" name="token" value={token} />;

  if (visitorEmail !== null && visitorEmail !== invitation.email) {
    return (
      <>
        {heading}
        <Notice tone="warning">
          <p>{t('wrongPerson', { email: visitorEmail })}</p>
        </Notice>
        <form action={signOut} className="mt-4">
          <Button type="submit">{shell('signOut')}</Button>
        </form>
      </>
    );
  }

  if (visitorEmail !== null) {
    return (
      <>
        {heading}
        <p className="mb-4">{t('signedInAs', { email: visitorEmail })}</p>
        <ActionForm action={joinAsVisitor}>
          {tokenField}
          <SubmitButton className="w-full">{t('join')}</SubmitButton>
        </ActionForm>
      </>
    );
  }

  const hasAccount = as === 'existing';
  const path = invitationPath(token);
  return (
    <>
      {heading}
      <Tabs
        label={t('ways')}
        tabs={[
          { href: path, label: t('newPerson'), isCurrent: !hasAccount },
          { href: addressOf(path, { as: 'existing' }), label: t('existingPerson'), isCurrent: hasAccount },
        ]}
      />
      {hasAccount ? (
        <ActionForm key="existing" action={joinWithPassword} className="mt-5">
          {tokenField}
          <TextField
            name="email"
            label={t('email')}
            type="email"
            value={invitation.email}
            readOnly
            autoComplete="username"
          />
          <TextField
            name="password"
            label={t('password')}
            type="password"
            autoComplete="current-password"
            required
          />
          <SubmitButton className="w-full">{t('join')}</SubmitButton>
        </ActionForm>
      ) : (
        <ActionForm key="new" action={joinAsNewPerson} className="mt-5">
          {tokenField}
          <TextField
            name="email"
            label={t('email')}
            type="email"
            value={invitation.email}
            readOnly
            autoComplete="username"
          />
          <TextField
            name="displayName"
            label={t('displayName')}
            hint={t('displayNameHint')}
            autoComplete="name"
            maxLength={limits.members.displayName.max}
          />
          <TextField
            name="newPassword"
            label={t('newPassword')}
            hint={t('newPasswordHint', { min: passwordCharactersMin })}
            type="password"
            autoComplete="new-password"
            minLength={passwordCharactersMin}
            required
          />
          <WhenDone before={<SubmitButton className="w-full">{t('join')}</SubmitButton>}>
            <Notice tone="success" title={t('confirmTitle')}>
              <p>{t('confirmBody', { email: invitation.email })}</p>
            </Notice>
          </WhenDone>
        </ActionForm>
      )}
    </>
  );
});
