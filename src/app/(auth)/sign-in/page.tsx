import { redirect } from 'next/navigation';
import { getTranslations } from 'next-intl/server';
import { ActionForm } from '#components/ui/action-form.tsx';
import { Button } from '#components/ui/button.tsx';
import { TextField } from '#components/ui/field.tsx';
import { Notice } from '#components/ui/notice.tsx';
import { SubmitButton } from '#components/ui/submit-button.tsx';
import { ownPath } from '#http/paths.ts';
import { signIn, signOut } from '#features/session/actions.ts';
import { readVisitor } from '#features/session/queries.ts';
import { pageTitle } from '#screens/page-title.ts';

export const generateMetadata = pageTitle('auth.signIn.title');

export default async function SignInPage({ searchParams }: PageProps<'/sign-in'>) {
  const [{ next }, visitor, t, shell] = await Promise.all([
    searchParams,
    readVisitor(),
    getTranslations('auth.signIn'),
    getTranslations('shell'),
  ]);
  const wanted = ownPath(typeof next === 'string' ? next : undefined);
  if (visitor.kind === 'member') redirect(wanted);

  return (
    <>
      <h1 className="mb-4 text-lg font-semibold">{t('title')}</h1>
      {visitor.kind === 'unknown' ? (
        <div className="mb-4">
          <Notice tone="danger">{t('unavailable')}</Notice>
        </div>
      ) : null}
      {visitor.kind === 'stranger' ? (
        <div className="mb-4">
          <Notice tone="warning">
            <p>{t('stranger', { email: visitor.email })}</p>
            <form action={signOut} className="mt-2">
              <Button type="submit" size="sm">
                {shell('signOut')}
              </Button>
            </form>
          </Notice>
        </div>
      ) : null}
      <ActionForm action={signIn}>
        <input type="hidden" name="next" value={wanted} />
        <TextField name="email" label={t('email')} type="email" autoComplete="username" required autoFocus />
        <TextField
          name="password"
          label={t('password')}
          type="password"
          autoComplete="current-password"
          required
        />
        <SubmitButton className="w-full">{t('submit')}</SubmitButton>
      </ActionForm>
      <p className="mt-4 text-xs text-ink-muted">{t('noPassword')}</p>
    </>
  );
}
