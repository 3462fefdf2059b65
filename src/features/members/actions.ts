'use server';

import { headers } from 'next/headers';
import { redirect, RedirectType } from 'next/navigation';
import { createRequestClient } from '#data/clients/request.ts';
import { readClientAddress } from '#http/client-address.ts';
import { defineAction } from '#forms/define-action.ts';
import { invitationPath } from '#http/paths.ts';
import { readPublicAddress } from '#http/public-origin.ts';
import {
  joinAsNewPerson as joinAsNewPersonVerb,
  joinAsVisitor as joinAsVisitorVerb,
  joinWithPassword as joinWithPasswordVerb,
} from './accept-invitation.ts';
import { changeMemberRole as changeMemberRoleVerb } from './change-member-role.ts';
import { inviteMember as inviteMemberVerb } from './invite-member.ts';
import { removeMember as removeMemberVerb } from './remove-member.ts';
import { revokeInvitation as revokeInvitationVerb } from './revoke-invitation.ts';
import {
  changeRoleInput,
  invitationIdInput,
  inviteMemberInput,
  joinAsNewPersonInput,
  joinAsVisitorInput,
  joinWithPasswordInput,
  memberIdInput,
} from './schemas.ts';

const keepOneAdmin = { tenant_keeps_one_admin: 'problems.keepOneAdmin' };

/** Makes an invitation; the answer holds its link, which is shown this once. */
export const inviteMember = defineAction({
  access: 'admin',
  schema: inviteMemberInput,
  async handle(input, admin) {
    const { token } = await inviteMemberVerb(admin, input);
    return {
      data: { secret: `${readPublicAddress(await headers())}${invitationPath(token)}`, for: input.email },
    };
  },
});

/** Leads away from the address that has opened the dialog. */
function closeDialog(): never {
  redirect('/settings/members', RedirectType.replace);
}

/** Revokes an invitation. */
export const revokeInvitation = defineAction({
  access: 'admin',
  schema: invitationIdInput,
  async handle({ invitationId }, admin) {
    await revokeInvitationVerb(admin, invitationId);
    closeDialog();
  },
});

/** Changes the role of a member. */
export const changeMemberRole = defineAction({
  access: 'admin',
  schema: changeRoleInput,
  rules: keepOneAdmin,
  async handle(input, admin) {
    await changeMemberRoleVerb(admin, input);
    closeDialog();
  },
});

/** Removes a member. */
export const removeMember = defineAction({
  access: 'admin',
  schema: memberIdInput,
  rules: keepOneAdmin,
  async handle({ userId }, admin) {
    await removeMemberVerb(admin, userId);
    closeDialog();
  },
});

/** Joins with a new account. */
export const joinAsNewPerson = defineAction({
  access: 'anyone',
  schema: joinAsNewPersonInput,
  async handle(input) {
    const result = await joinAsNewPersonVerb({
      ...input,
      client: await createRequestClient(),
      clientAddress: readClientAddress(await headers()),
    });
    // Otherwise Supabase has sent a message first; the form says what to do with it.
    if (result === 'joined') redirect('/');
  },
});

/** Joins with the password of an account. */
export const joinWithPassword = defineAction({
  access: 'anyone',
  schema: joinWithPasswordInput,
  async handle(input) {
    await joinWithPasswordVerb({
      ...input,
      client: await createRequestClient(),
      clientAddress: readClientAddress(await headers()),
    });
    redirect('/');
  },
});

/** Joins as the person who is signed in. */
export const joinAsVisitor = defineAction({
  access: 'anyone',
  schema: joinAsVisitorInput,
  rules: { invitation_for_other_address: 'problems.invitationForOther' },
  async handle({ token }) {
    await joinAsVisitorVerb({ client: await createRequestClient(), token });
    redirect('/');
  },
});
