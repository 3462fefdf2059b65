import type { Tables } from '#data/database.types.ts';
import { toInstant } from './database-instant.ts';
import { type MemberRole, parseMemberRole } from '#domain/member-role.ts';

export const invitationColumns = 'id, email, role, expires_at, accepted_at, revoked_at, created_at' as const;

type InvitationRow = Pick<
  Tables<'invitations'>,
  'id' | 'email' | 'role' | 'expires_at' | 'accepted_at' | 'revoked_at' | 'created_at'
>;

/** A link that lets a person join a tenant. */
export interface Invitation {
  id: string;
  email: string;
  role: MemberRole;
  expiresAt: string;
  acceptedAt: string | null;
  revokedAt: string | null;
  createdAt: string;
}

/** Reads a row of invitations. */
export function toInvitation(row: InvitationRow): Invitation {
  return {
    id: row.id,
    email: row.email,
    role: parseMemberRole(row.role),
    expiresAt: toInstant(row.expires_at),
    acceptedAt: row.accepted_at === null ? null : toInstant(row.accepted_at),
    revokedAt: row.revoked_at === null ? null : toInstant(row.revoked_at),
    createdAt: toInstant(row.created_at),
  };
}
