'use server';

import { headers } from 'next/headers';
import { redirect } from 'next/navigation';
import { getTranslations } from 'next-intl/server';
import { readClientAddress } from '#http/client-address.ts';
import { defineAction } from '#forms/define-action.ts';
import { ownPath } from '#http/paths.ts';
import { changePassword as changePasswordVerb } from './change-password.ts';
import { endSession } from './end-session.ts';
import { renameMyself as renameMyselfVerb } from './rename-myself.ts';
import { changePasswordInput, renameMyselfInput, signInInput } from './schemas.ts';
import { signIn as signInVerb } from './sign-in.ts';

/** Signs in and redirects to the requested page, if it is a page of the portal. */
export const signIn = defineAction({
  access: 'anyone',
  schema: signInInput,
  async handle({ email, password, next }) {
    await signInVerb({ email, password, clientAddress: readClientAddress(await headers()) });
    redirect(ownPath(next));
  },
});

/** Signs out and redirects to the sign-in page. */
export async function signOut(): Promise<void> {
  await endSession();
  redirect('/sign-in');
}

/** Changes the user's own password and ends their other sessions. */
export const changePassword = defineAction({
  access: 'member',
  schema: changePasswordInput,
  async handle(input, member) {
    const clientAddress = readClientAddress(await headers());
    await changePasswordVerb(member, { ...input, clientAddress });
    return { message: (await getTranslations('settings.account'))('passwordChanged') };
  },
});

/** Changes the user's own name. */
export const renameMyself = defineAction({
  access: 'member',
  schema: renameMyselfInput,
  async handle({ displayName }, member) {
    await renameMyselfVerb(member, displayName);
    return { message: (await getTranslations('settings.account'))('nameChanged') };
  },
});
