'use server';

import { headers } from 'next/headers';
import { redirect } from 'next/navigation';
import { getTranslations } from 'next-intl/server';
import { readClientAddress } from '#features/kit/client-address.ts';
import { defineAction } from '#features/kit/define-action.ts';
import { ownPath } from '#features/kit/own-path.ts';
import { isLocale, localeCookie } from '#i18n/locales.ts';
import { changePassword as changePasswordVerb } from './change-password.ts';
import { endSession } from './end-session.ts';
import { writePreference } from './preferences.ts';
import { renameMyself as renameMyselfVerb } from './rename-myself.ts';
import { changePasswordInput, renameMyselfInput, signInInput } from './schemas.ts';
import { signIn as signInVerb } from './sign-in.ts';
import { parseTheme, themeCookie } from './theme.ts';

/** Starts a session and leads to the page that was wanted, if it is one of ours. */
export const signIn = defineAction({
  access: 'anyone',
  schema: signInInput,
  async handle({ email, password, next }) {
    await signInVerb({ email, password, clientAddress: readClientAddress(await headers()) });
    redirect(ownPath(next));
  },
});

/** Ends this session and leads to the sign-in page. */
export async function signOut(): Promise<void> {
  await endSession();
  redirect('/sign-in');
}

/** Changes one's own password and ends one's other sessions. */
export const changePassword = defineAction({
  access: 'member',
  schema: changePasswordInput,
  async handle(input, member) {
    const clientAddress = readClientAddress(await headers());
    await changePasswordVerb(member, { ...input, clientAddress });
    return { message: (await getTranslations('settings.account'))('passwordChanged') };
  },
});

/** Changes one's own name. */
export const renameMyself = defineAction({
  access: 'member',
  schema: renameMyselfInput,
  async handle({ displayName }, member) {
    await renameMyselfVerb(member, displayName);
    return { message: (await getTranslations('settings.account'))('nameChanged') };
  },
});

/** Chooses the language of this browser; needs nobody to be signed in. */
export async function chooseLanguage(form: FormData): Promise<void> {
  const locale = form.get('locale');
  if (isLocale(locale)) await writePreference(localeCookie, locale);
}

/** Chooses the theme of this browser; needs nobody to be signed in. */
export async function chooseTheme(form: FormData): Promise<void> {
  await writePreference(themeCookie, parseTheme(form.get('theme')));
}
