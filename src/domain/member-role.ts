export type MemberRole = 'admin' | 'staff';

/** Reads a stored role. An unknown role gets the fewest rights. */
export function parseMemberRole(role: string): MemberRole {
  return role === 'admin' ? 'admin' : 'staff';
}
