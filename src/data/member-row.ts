import type { Tables } from '#data/database.types.ts';
import { toInstant } from './database-instant.ts';
import { type MemberRole, parseMemberRole } from '#domain/member-role.ts';

export const memberColumns = 'user_id, role, email, display_name, created_at' as const;

/** A person in a tenant. */
export interface Member {
  userId: string;
  role: MemberRole;
  email: string;
  displayName: string;
  joinedAt: string;
}

/** Reads a row of members. */
export function toMember(
  row: Pick<Tables<'members'>, 'user_id' | 'role' | 'email' | 'display_name' | 'created_at'>,
): Member {
  return {
    userId: row.user_id,
    role: parseMemberRole(row.role),
    email: row.email,
    displayName: row.display_name,
    joinedAt: toInstant(row.created_at),
  };
}
