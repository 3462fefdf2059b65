import { randomUUID } from 'node:crypto';
import { sql } from '#testing/database/clients.ts';
import { addMember, makePerson, type TestPerson } from './make-person.ts';

/** A separate company, so that suites do not see each other's rows. */
export interface TestTenant {
  readonly id: string;
  readonly name: string;
  readonly admin: TestPerson;
  readonly staff: TestPerson;
}

/** Creates a tenant with an admin and a staff member, both signed in. */
export async function makeTenant(name = `Tenant ${randomUUID()}`): Promise<TestTenant> {
  const [admin, staff] = await Promise.all([makePerson('admin'), makePerson('staff')]);
  const [tenant] = await sql<
    { id: string }[]
  >`insert into public.tenants (name) values (${name}) returning id`;
  if (!tenant) throw new Error('The tenant was not made');
  await addMember(tenant.id, admin, 'admin');
  await addMember(tenant.id, staff, 'staff');
  return { id: tenant.id, name, admin, staff };
}
