export type MemberRole = 'admin' | 'staff';

/** The role as stored; anything unknown has the least rights. */
export function parseMemberRole(role: string): MemberRole {
  return role === 'admin' ? 'admin' : 'staff';
}
