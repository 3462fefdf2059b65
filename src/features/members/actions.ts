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

/** Creates an invitation and returns its link, which is shown only once. */
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

/** Leaves the URL that opened the dialog. */
function closeDialog(): never {
  redirect('/settings/members', RedirectType.replace);
}

export const revokeInvitation = defineAction({
  access: 'admin',
  schema: invitationIdInput,
  async handle({ invitationId }, admin) {
    await revokeInvitationVerb(admin, invitationId);
    closeDialog();
  },
});

export const changeMemberRole = defineAction({
  access: 'admin',
  schema: changeRoleInput,
  rules: keepOneAdmin,
  async handle(input, admin) {
    await changeMemberRoleVerb(admin, input);
    closeDialog();
  },
});

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
    // Otherwise Supabase has sent a confirmation email; the form says what to do.
    if (result === 'joined') redirect('/');
  },
});

/** Joins with an existing account. */
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

/** Joins as the signed-in user. */
export const joinAsVisitor = defineAction({
  access: 'anyone',
  schema: joinAsVisitorInput,
  rules: { invitation_for_other_address: 'problems.invitationForOther' },
  async handle({ token }) {
    await joinAsVisitorVerb({ client: await createRequestClient(), token });
    redirect('/');
  },
});
