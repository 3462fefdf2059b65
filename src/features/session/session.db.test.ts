import { randomUUID } from 'node:crypto';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { RequestClient } from '#data/clients/request.ts';
import { InvalidInputError, LimitExceededError, UnavailableError } from '#domain/errors.ts';
import { hashSecret } from '#auth/hash-secret.ts';
import { actAs } from '#testing/tenants/act-as.ts';
import { createAnonClient, sql } from '#testing/database/clients.ts';
import { makeTenant, type TestTenant } from '#testing/tenants/make-tenant.ts';
import { changePassword } from './change-password.ts';
import { endSession } from './end-session.ts';
import { renameMyself } from './rename-myself.ts';
import { signIn } from './sign-in.ts';

let client: RequestClient;
// Outside a request there are no cookies, so the functions get this client instead.
vi.mock('#data/clients/request.ts', () => ({ createRequestClient: async () => client }));

let tenant: TestTenant;

beforeEach(async () => {
  client = createAnonClient();
  tenant = await makeTenant();
});

const credentials = () => ({
  email: tenant.staff.email,
  password: tenant.staff.password,
  clientAddress: randomUUID(),
});
const seesCompany = async (seen: RequestClient) =>
  (await seen.from('tenants').select('id')).data?.length === 1;

describe('signIn [rule 37: sign-in and invitations]', () => {
  it('signs in, whatever the case of the email', async () => {
    await signIn({ ...credentials(), email: tenant.staff.email.toUpperCase() });
    expect(await seesCompany(client)).toBe(true);
  });

  it('gives the same error for a wrong password and an unknown email', async () => {
    const wrong = await signIn({ ...credentials(), password: 'wrong' }).catch((error: unknown) => error);
    const unknown = await signIn({ ...credentials(), email: 'nobody@example.com' }).catch(
      (error: unknown) => error,
    );
    expect(wrong).toBeInstanceOf(InvalidInputError);
    expect(unknown).toEqual(wrong);
  });

  it('refuses the 11th attempt with an email from one address, even with the right password', async () => {
    const attempt = credentials();
    for (let count = 1; count <= 10; count += 1) {
      await expect(signIn({ ...attempt, password: 'wrong' })).rejects.toThrow(InvalidInputError);
    }
    await expect(signIn(attempt)).rejects.toThrow(LimitExceededError);
    await signIn({ ...attempt, clientAddress: randomUUID() });
  });

  it.each([
    [
      'one address with many emails',
      100,
      (attempt: ReturnType<typeof credentials>) => `address ${attempt.clientAddress}`,
    ],
    [
      'one email from many addresses',
      50,
      (attempt: ReturnType<typeof credentials>) => `email ${attempt.email}`,
    ],
  ])('limits %s to %i, and stores no address', async (_claim, limit, subjectOf) => {
    const attempt = credentials();
    const bucket = `sign-in ${hashSecret(subjectOf(attempt))}`;
    await sql`insert into private.rate_limits (bucket, window_started_at, used) values (${bucket}, now(), ${limit - 1})`;
    await signIn(attempt);
    await expect(signIn(attempt)).rejects.toThrow(LimitExceededError);
    const plain = await sql`select 1 from private.rate_limits where bucket like ${`%${attempt.email}%`}`;
    expect(plain).toHaveLength(0);
  });
});

describe('endSession [rule 37: sign-in and invitations]', () => {
  it('ends this session permanently', async () => {
    await signIn(credentials());
    const refreshToken = (await client.auth.getSession()).data.session?.refresh_token ?? '';
    await endSession();
    expect((await client.auth.getSession()).data.session).toBeNull();
    const again = await createAnonClient().auth.refreshSession({ refresh_token: refreshToken });
    expect(again.error).not.toBeNull();
  });
});

describe('changePassword [rule 37: sign-in and invitations]', () => {
  const input = () => ({
    currentPassword: tenant.staff.password,
    newPassword: 'correct horse battery',
    clientAddress: randomUUID(),
  });

  it('ends the other sessions, keeps this one, and accepts only the new password afterwards', async () => {
    const elsewhere = createAnonClient();
    const { email, password } = tenant.staff;
    await elsewhere.auth.signInWithPassword({ email, password });
    expect((await elsewhere.from('members').select('user_id')).data).toHaveLength(2);
    await changePassword(actAs(tenant, tenant.staff), input());
    const seen = await elsewhere.from('members').select('user_id');
    expect(seen.data, 'what the token of an ended session still sees').toEqual([]);
    expect((await elsewhere.auth.refreshSession()).error).not.toBeNull();
    expect((await tenant.staff.client.auth.refreshSession()).error).toBeNull();
    await expect(signIn(credentials())).rejects.toThrow(InvalidInputError);
    await signIn({ ...credentials(), password: 'correct horse battery' });
  });

  it('refuses a wrong current password, names the field, and changes nothing', async () => {
    const change = changePassword(actAs(tenant, tenant.staff), { ...input(), currentPassword: 'wrong' });
    await expect(change).rejects.toMatchObject({
      details: [{ field: 'currentPassword', problem: 'problems.wrongPassword' }],
    });
    await signIn(credentials());
  });
});

describe('renameMyself', () => {
  it('lets staff change their own name in all their companies, and no other name', async () => {
    await renameMyself(actAs(tenant, tenant.staff), '山田 花子');
    const rows = await sql`select user_id, display_name from public.members where tenant_id = ${tenant.id}`;
    expect(Object.fromEntries(rows.map((row) => [row.user_id, row.display_name]))).toEqual({
      [tenant.staff.id]: '山田 花子',
      [tenant.admin.id]: '',
    });
  });
});

describe('an unavailable Supabase', () => {
  it('is not mistaken for a wrong password', async () => {
    client = createAnonClient();
    vi.spyOn(client.auth, 'signInWithPassword').mockResolvedValue({
      data: { user: null, session: null },
      error: Object.assign(new Error('fetch failed'), { name: 'AuthRetryableFetchError', status: 0 }),
    } as never);
    await expect(signIn(credentials())).rejects.toThrow(UnavailableError);
  });
});
