import { z } from 'zod';
import { limits } from '#domain/limits.ts';
import { newPassword, typedPassword } from '#auth/password-rules.ts';
import { searchParam, type SearchParams } from '#http/search-params.ts';

const role = z.enum(['admin', 'staff']);

export const inviteMemberInput = z.object({
  email: z
    .string()
    .trim()
    .toLowerCase()
    .min(1, 'problems.required')
    .max(limits.invitations.email.max, 'problems.tooLong')
    .pipe(z.email('problems.notAnEmail')),
  role,
});

export const invitationIdInput = z.object({ invitationId: z.uuid() });

export const memberIdInput = z.object({ userId: z.uuid() });

export const changeRoleInput = memberIdInput.extend({ role });

const chosen = searchParam(z.guid());
const membersAddress = z.object({ role: chosen, remove: chosen, revoke: chosen });

/** Reads from the members page's URL whose dialog is open; ignores invalid values. */
export function parseMembersAddress(searchParams: SearchParams) {
  return membersAddress.parse(searchParams);
}

const invitationToken = z.string().min(1).max(200);

export const joinAsNewPersonInput = z.object({
  token: invitationToken,
  displayName: z.string().trim().max(limits.members.displayName.max, 'problems.tooLong'),
  newPassword,
});

export const joinWithPasswordInput = z.object({
  token: invitationToken,
  password: typedPassword,
});

export const joinAsVisitorInput = z.object({ token: invitationToken });
