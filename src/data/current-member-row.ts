import type { Database } from '#data/database.types.ts';
import { parseMemberRole } from '#domain/member-role.ts';

type CurrentMemberRow = Database['public']['Functions']['current_member']['Returns'][number];

/** Reads the result of `current_member`. A person without a name is shown by email address. */
export function toCurrentMember(row: CurrentMemberRow) {
  return {
    userId: row.user_id,
    email: row.email,
    displayName: row.display_name || row.email,
    role: parseMemberRole(row.role),
    tenantId: row.tenant_id,
    tenantName: row.tenant_name,
    timeZone: row.time_zone,
    badge: { failingCount: row.failing_count, jobCount: row.job_count, version: row.badge_version },
  };
}
