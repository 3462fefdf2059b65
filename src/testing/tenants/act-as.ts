import type { AdminActor } from '#auth/actor.ts';
import type { CurrentMember } from '#auth/current-member.ts';
import type { TestPerson } from './make-person.ts';
import type { TestTenant } from './make-tenant.ts';

/** The admin or the staff member of a tenant, as verbs and queries see them. */
export function memberOf(tenant: TestTenant, role: 'admin' | 'staff' = 'staff'): CurrentMember {
  const person = tenant[role];
  return {
    client: person.client,
    userId: person.id,
    email: person.email,
    displayName: person.email,
    role,
    tenantId: tenant.id,
    tenantName: tenant.name,
    timeZone: 'Asia/Tokyo',
    badge: { failingCount: 0, jobCount: 0, version: '' },
  };
}

/**
 * A person as a verb for admins sees them. Staff may be passed too: the type only says that the check was made, and a test
 * wants to know what row level security does when it was not.
 */
export function actAs(tenant: TestTenant, person: TestPerson): CurrentMember & AdminActor {
  const { id: userId, email, client } = person;
  return { ...memberOf(tenant), client, userId, email, displayName: email, role: 'admin' };
}
