import type { AdminActor } from '#auth/actor.ts';
import type { CurrentMember } from '#auth/current-member.ts';
import type { TestPerson } from './make-person.ts';
import type { TestTenant } from './make-tenant.ts';

/** Returns a tenant's admin or staff member as functions and queries expect them. */
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
 * Returns a person as a function for admins expects them. Staff are allowed: the type only says that the role was
 * checked, and tests check what row level security does without that check.
 */
export function actAs(tenant: TestTenant, person: TestPerson): CurrentMember & AdminActor {
  const { id: userId, email, client } = person;
  return { ...memberOf(tenant), client, userId, email, displayName: email, role: 'admin' };
}
