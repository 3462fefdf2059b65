import type { CurrentAdmin } from '#auth/current-member.ts';
import type { TestPerson, TestTenant } from '#testing/supabase.ts';

/**
 * A person as a verb for admins sees them. Staff may be passed too: the type only says that the check was made, and a test
 * wants to know what row level security does when it was not.
 */
export function actAs(tenant: TestTenant, person: TestPerson): CurrentAdmin {
  return {
    client: person.client,
    userId: person.id,
    email: person.email,
    displayName: person.email,
    role: 'admin',
    tenantId: tenant.id,
    tenantName: tenant.name,
    timeZone: 'Asia/Tokyo',
    badge: { failingCount: 0, jobCount: 0, version: '' },
  };
}
