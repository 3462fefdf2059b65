import { randomUUID } from 'node:crypto';
import { beforeEach, describe, expect, it } from 'vitest';
import { ConflictError, InvalidInputError, LimitExceededError } from '#domain/errors.ts';
import { actAs } from '#testing/tenants/act-as.ts';
import { createAnonClient, sql } from '#testing/database/clients.ts';
import { makePerson } from '#testing/tenants/make-person.ts';
import { makeTenant, type TestTenant } from '#testing/tenants/make-tenant.ts';
import { joinAsNewPerson, joinAsVisitor, joinWithPassword } from './accept-invitation.ts';
import { findInvitation } from './find-invitation.ts';
import { inviteMember } from './invite-member.ts';
import { listPendingInvitations } from './queries.ts';
import { revokeInvitation } from './revoke-invitation.ts';

let tenant: TestTenant;

beforeEach(async () => {
  tenant = await makeTenant();
});

const invite = (email: string, role: 'admin' | 'staff' = 'staff') =>
  inviteMember(actAs(tenant, tenant.admin), { email, role });
const newEmail = () => `new-${randomUUID()}@example.com`;
const visitor = (token: string) => ({ client: createAnonClient(), token, clientAddress: randomUUID() });
const membersOf = async (email: string) =>
  (
    await sql`select role, display_name from public.members where tenant_id = ${tenant.id} and email = ${email}`
  ).map(({ role, display_name }) => ({ role, displayName: display_name }));
const invalid = [{ field: '', problem: 'problems.invitationInvalid' }];

describe('joinAsNewPerson [rule 37: sign-in and invitations]', () => {
  it('creates the account, the membership and the name in one step, and signs the user in', async () => {
    const email = newEmail();
    const { token } = await invite(email, 'admin');
    const guest = visitor(token);
    const joining = { ...guest, displayName: '山田 花子', newPassword: 'correct horse battery' };
    expect(await joinAsNewPerson(joining)).toBe('joined');
    expect(await membersOf(email)).toEqual([{ role: 'admin', displayName: '山田 花子' }]);
    expect((await guest.client.from('tenants').select('id')).data).toEqual([{ id: tenant.id }]);
    expect((await findInvitation(token))?.state).toBe('accepted');
  });

  it('reports that the email has an account, and leaves the invitation open', async () => {
    const person = await makePerson();
    const { token } = await invite(person.email);
    const joining = { ...visitor(token), displayName: '', newPassword: 'correct horse battery' };
    await expect(joinAsNewPerson(joining)).rejects.toMatchObject({
      details: [{ field: '', problem: 'problems.accountExists' }],
    });
    expect((await findInvitation(token))?.state).toBe('open');
  });

  it.each(['used', 'revoked', 'expired', 'unknown'] as const)(
    'creates no account with an invitation that is %s',
    async (kind) => {
      const email = newEmail();
      let { token } = await invite(email);
      if (kind === 'used') {
        const first = { ...visitor(token), displayName: '', newPassword: 'correct horse battery' };
        await joinAsNewPerson(first);
      }
      if (kind === 'revoked') {
        const { open } = await listPendingInvitations(actAs(tenant, tenant.admin));
        await revokeInvitation(actAs(tenant, tenant.admin), open[0]?.id ?? '');
      }
      if (kind === 'expired') {
        await sql`
          update public.invitations set created_at = now() - interval '8 days', expires_at = now() - interval '1 day'
          where tenant_id = ${tenant.id}`;
      }
      if (kind === 'unknown') token = 'x'.repeat(43);
      const before = await sql`select count(*)::int as count from auth.users`;
      const joining = { ...visitor(token), displayName: '', newPassword: 'another long password' };
      await expect(joinAsNewPerson(joining)).rejects.toMatchObject({ details: invalid });
      expect(await sql`select count(*)::int as count from auth.users`).toEqual(before);
    },
  );
});

describe('joinWithPassword [rule 37: sign-in and invitations]', () => {
  it('adds the company to an existing account', async () => {
    const person = await makePerson();
    const { token } = await invite(person.email);
    expect(await joinWithPassword({ ...visitor(token), password: person.password })).toBe('joined');
    expect(await membersOf(person.email)).toEqual([{ role: 'staff', displayName: '' }]);
  });

  it('refuses a wrong password, and after 10 attempts in 15 minutes says how long to wait', async () => {
    const person = await makePerson();
    const { token } = await invite(person.email);
    const guest = visitor(token);
    for (let attempt = 1; attempt <= 10; attempt += 1) {
      await expect(joinWithPassword({ ...guest, password: 'wrong' })).rejects.toThrow(InvalidInputError);
    }
    const refusal = await joinWithPassword({ ...guest, password: person.password }).catch(
      (error: unknown) => error,
    );
    expect(refusal).toBeInstanceOf(LimitExceededError);
    expect((refusal as LimitExceededError).retryAfterSeconds).toBeGreaterThan(800);
    expect((refusal as LimitExceededError).retryAfterSeconds).toBeLessThanOrEqual(900);
    expect(await membersOf(person.email)).toEqual([]);
  });
});

describe('joinAsVisitor [rule 37: sign-in and invitations]', () => {
  it('accepts only the invited email', async () => {
    const [invited, stranger] = await Promise.all([makePerson('invited'), makePerson('stranger')]);
    const { token } = await invite(invited.email);
    await expect(joinAsVisitor({ client: stranger.client, token })).rejects.toThrow(ConflictError);
    expect(await joinAsVisitor({ client: invited.client, token })).toBe('joined');
    expect(await membersOf(stranger.email)).toEqual([]);
    expect(await membersOf(invited.email)).toHaveLength(1);
  });

  it('lets only one of two users join who open the same link at once', async () => {
    const person = await makePerson();
    const { token } = await invite(person.email);
    const outcomes = await Promise.allSettled([
      joinAsVisitor({ client: person.client, token }),
      joinAsVisitor({ client: person.client, token }),
    ]);
    expect(outcomes.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
  });
});
