import { getTranslations } from 'next-intl/server';
import { limits, passwordCharactersMin } from '#domain/limits.ts';
import { ActionForm } from '#components/ui/action-form.tsx';
import { Card, CardHeader } from '#components/ui/card.tsx';
import { TextField } from '#components/ui/field.tsx';
import { PageHeader } from '#components/ui/page-header.tsx';
import { SubmitButton } from '#components/ui/submit-button.tsx';
import { requireMember } from '#auth/current-member.ts';
import { pageTitle } from '#screens/page-title.ts';
import { portalPage } from '#screens/portal-page.tsx';
import { changePassword, renameMyself } from '#features/session/actions.ts';
import { LanguageSwitch, ThemeSwitch } from '#features/preferences/components/preference-switches.tsx';

export const generateMetadata = pageTitle('settings.account.title');

export default portalPage(async () => {
  const [member, t, shell] = await Promise.all([
    requireMember(),
    getTranslations('settings.account'),
    getTranslations('shell'),
  ]);
  return (
    <>
      <PageHeader title={t('title')} description={`${member.email} · ${shell(`roles.${member.role}`)}`} />
      <div className="grid items-start gap-5 lg:grid-cols-2">
        <Card>
          <CardHeader title={t('passwordTitle')} description={t('passwordDescription')} />
          <ActionForm action={changePassword}>
            {/* Password managers need to know whose password this is. */}
            <input
              type="email"
              name="username"
              autoComplete="username"
              value={member.email}
              readOnly
              hidden
            />
            <TextField
              name="currentPassword"
              label={t('current')}
              type="password"
              autoComplete="current-password"
              required
            />
            <TextField
              name="newPassword"
              label={t('new')}
              hint={t('newHint', { min: passwordCharactersMin })}
              type="password"
              autoComplete="new-password"
              minLength={passwordCharactersMin}
              required
            />
            <TextField
              name="repeatedPassword"
              label={t('repeat')}
              type="password"
              autoComplete="new-password"
              minLength={passwordCharactersMin}
              required
            />
            <SubmitButton>{t('changePassword')}</SubmitButton>
          </ActionForm>
        </Card>
        <div className="space-y-5">
          <Card>
            <CardHeader title={t('nameTitle')} />
            <ActionForm action={renameMyself}>
              <TextField
                name="displayName"
                label={t('displayName')}
                hint={t('displayNameHint')}
                defaultValue={member.displayName === member.email ? '' : member.displayName}
                autoComplete="name"
                maxLength={limits.members.displayName.max}
              />
              <SubmitButton>{shell('save')}</SubmitButton>
            </ActionForm>
          </Card>
          <Card>
            <CardHeader title={t('lookTitle')} description={t('lookDescription')} />
            <div className="space-y-3">
              <LanguageSwitch />
              <ThemeSwitch />
            </div>
          </Card>
        </div>
      </div>
    </>
  );
});
