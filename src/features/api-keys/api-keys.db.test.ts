import { beforeEach, describe, expect, it } from 'vitest';
import { isApiKey } from '#domain/api-key.ts';
import { ForbiddenError, NotFoundError } from '#domain/errors.ts';
import type { AdminActor } from '#auth/actor.ts';
import { hashSecret } from '#auth/hash-secret.ts';
import { actAs } from '#testing/tenants/act-as.ts';
import { serviceClient, sql } from '#testing/database/clients.ts';
import { makeTenant, type TestTenant } from '#testing/tenants/make-tenant.ts';
import { createApiKey } from './create-api-key.ts';
import { listApiKeys } from './queries.ts';
import { revokeApiKey } from './revoke-api-key.ts';
import { rotateApiKey } from './rotate-api-key.ts';

let mine: TestTenant;
let other: TestTenant;
let admin: AdminActor;

beforeEach(async () => {
  [mine, other] = await Promise.all([makeTenant(), makeTenant()]);
  admin = actAs(mine, mine.admin);
});

const reportKey = { name: '経理サーバー', scopes: ['report' as const], expiryDays: null };
const isAccepted = async (key: string) =>
  (await serviceClient().rpc('authenticate_api_key', { p_key_hash: hashSecret(key) })).data?.length === 1;

describe('createApiKey [rule 34: keys and secrets]', () => {
  it('returns a key that works and is stored only as a hash and a prefix', async () => {
    const { key } = await createApiKey(admin, reportKey);
    expect(isApiKey(key)).toBe(true);
    expect(await isAccepted(key)).toBe(true);
    const rows = await sql`select api_keys::text as row from public.api_keys where tenant_id = ${mine.id}`;
    expect(rows).toHaveLength(1);
    expect(rows[0]?.row).not.toContain(key.slice(12));
    const audit = await sql`select audit_log::text as row from public.audit_log where tenant_id = ${mine.id}`;
    expect(audit.map(({ row }) => row).join()).not.toContain(hashSecret(key));
  });

  it('stores when a key expires', async () => {
    await createApiKey(admin, { ...reportKey, expiryDays: 30 });
    const [key] = await listApiKeys(admin);
    expect(key?.state).toBe('ending');
    expect(Math.round((Date.parse(key?.expiresAt ?? '') - Date.now()) / 86_400_000)).toBe(30);
  });

  it('is refused to staff and to another company by the database', async () => {
    await expect(createApiKey(actAs(mine, mine.staff), reportKey)).rejects.toThrow(ForbiddenError);
    await expect(createApiKey(actAs(mine, other.admin), reportKey)).rejects.toThrow(ForbiddenError);
  });
});

describe('rotateApiKey [rule 34: keys and secrets]', () => {
  it('accepts both keys with the same scopes during the overlap, then only the new one', async () => {
    const old = await createApiKey(admin, { ...reportKey, scopes: ['report', 'read'] });
    const made = await rotateApiKey(admin, { apiKeyId: old.id, overlapDays: 7 });
    expect([await isAccepted(old.key), await isAccepted(made.key)]).toEqual([true, true]);
    const keys = await listApiKeys(admin);
    expect(keys.find((key) => key.id === made.id)).toMatchObject({
      name: reportKey.name,
      scopes: ['report', 'read'],
      replacesId: old.id,
      state: 'active',
    });
    const ending = keys.find((key) => key.id === old.id);
    expect(Math.round((Date.parse(ending?.expiresAt ?? '') - Date.now()) / 86_400_000)).toBe(7);

    await sql`update public.api_keys set expires_at = now() where id = ${old.id}`;
    expect([await isAccepted(old.key), await isAccepted(made.key)]).toEqual([false, true]);
  });

  it('stops the old key at once without an overlap', async () => {
    const old = await createApiKey(admin, reportKey);
    const made = await rotateApiKey(admin, { apiKeyId: old.id, overlapDays: 0 });
    expect([await isAccepted(old.key), await isAccepted(made.key)]).toEqual([false, true]);
  });

  it('never lengthens the life of the old key', async () => {
    const old = await createApiKey(admin, { ...reportKey, expiryDays: 30 });
    await sql`update public.api_keys set expires_at = now() + interval '1 day' where id = ${old.id}`;
    await rotateApiKey(admin, { apiKeyId: old.id, overlapDays: 7 });
    const [row] =
      await sql`select expires_at < now() + interval '2 days' as soon from public.api_keys where id = ${old.id}`;
    expect(row?.soon).toBe(true);
  });

  it('refuses an expired or revoked key, and keys of another company', async () => {
    const old = await createApiKey(admin, reportKey);
    await expect(
      rotateApiKey(actAs(other, other.admin), { apiKeyId: old.id, overlapDays: 7 }),
    ).rejects.toThrow(NotFoundError);
    await revokeApiKey(admin, old.id);
    await expect(rotateApiKey(admin, { apiKeyId: old.id, overlapDays: 7 })).rejects.toMatchObject({
      rule: 'api_key_is_over',
    });
    expect(await listApiKeys(admin)).toHaveLength(1);
  });
});

describe('revokeApiKey [rule 34: keys and secrets]', () => {
  it('ends a key at once, for admins of its company only', async () => {
    const { id, key } = await createApiKey(admin, reportKey);
    await expect(revokeApiKey(actAs(mine, mine.staff), id)).rejects.toThrow(NotFoundError);
    await expect(revokeApiKey(actAs(other, other.admin), id)).rejects.toThrow(NotFoundError);
    expect(await isAccepted(key)).toBe(true);
    await revokeApiKey(admin, id);
    expect(await isAccepted(key)).toBe(false);
    await expect(revokeApiKey(admin, id)).rejects.toThrow(NotFoundError);
  });
});

describe('listApiKeys', () => {
  it('returns nothing to staff', async () => {
    await createApiKey(admin, reportKey);
    // All signed-in users have the right to read the columns; row level security hides the rows from staff.
    expect(await listApiKeys(actAs(mine, mine.staff))).toEqual([]);
  });
});
