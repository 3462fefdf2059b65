import { beforeEach, describe, expect, it } from 'vitest';
import { ConflictError, ForbiddenError, InvalidInputError, NotFoundError } from '#domain/errors.ts';
import { hashSecret } from '#auth/hash-secret.ts';
import { actAs } from '#testing/tenants/act-as.ts';
import { sql } from '#testing/database/clients.ts';
import { addMember, makePerson } from '#testing/tenants/make-person.ts';
import { makeTenant, type TestTenant } from '#testing/tenants/make-tenant.ts';
import { changeMemberRole } from './change-member-role.ts';
import { findInvitation } from './find-invitation.ts';
import { inviteMember } from './invite-member.ts';
import { listAuditEntries } from '#features/audit/queries.ts';
import { listMembers, listPendingInvitations } from './queries.ts';
import { removeMember } from './remove-member.ts';
import { revokeInvitation } from './revoke-invitation.ts';

let mine: TestTenant;
let other: TestTenant;

beforeEach(async () => {
  [mine, other] = await Promise.all([makeTenant(), makeTenant()]);
});

const roleOf = async (userId: string) =>
  (await sql`select role from public.members where tenant_id = ${mine.id} and user_id = ${userId}`)[0]?.role;

describe('inviteMember [rule 37: sign-in and invitations]', () => {
  it('creates a link for 7 days and stores only the hash of its token', async () => {
    const admin = actAs(mine, mine.admin);
    const { token } = await inviteMember(admin, { email: 'new@example.com', role: 'staff' });
    expect(token).toMatch(/^[\w-]{43}$/);
    const { open, expired } = await listPendingInvitations(admin);
    expect(expired).toEqual([]);
    expect(open).toMatchObject([{ email: 'new@example.com', role: 'staff', acceptedAt: null }]);
    const days = (Date.parse(open[0]?.expiresAt ?? '') - Date.now()) / 86_400_000;
    expect(Math.round(days)).toBe(7);
    const rows = await sql`select token_hash from public.invitations where tenant_id = ${mine.id}`;
    expect(rows.map((row) => row.token_hash)).toEqual([hashSecret(token)]);
    expect(await findInvitation(token)).toMatchObject({ state: 'open', tenantName: mine.name });
  });

  it('refuses the address of a member', async () => {
    const invitation = { email: mine.staff.email, role: 'admin' as const };
    await expect(inviteMember(actAs(mine, mine.admin), invitation)).rejects.toThrow(InvalidInputError);
  });

  it('is refused to staff and to admins of another company by the database', async () => {
    const invitation = { email: 'new@example.com', role: 'admin' as const };
    await expect(inviteMember(actAs(mine, mine.staff), invitation)).rejects.toThrow(ForbiddenError);
    await expect(inviteMember(actAs(mine, other.admin), invitation)).rejects.toThrow(ForbiddenError);
  });
});

describe('revokeInvitation [rule 37: sign-in and invitations]', () => {
  it('revokes an open invitation once, and never one of another company', async () => {
    const admin = actAs(mine, mine.admin);
    const { token } = await inviteMember(admin, { email: 'new@example.com', role: 'staff' });
    const id = (await listPendingInvitations(admin)).open[0]?.id ?? '';
    await expect(revokeInvitation(actAs(other, other.admin), id)).rejects.toThrow(NotFoundError);
    await expect(revokeInvitation(actAs(mine, mine.staff), id)).rejects.toThrow(NotFoundError);
    await revokeInvitation(admin, id);
    expect((await findInvitation(token))?.state).toBe('revoked');
    await expect(revokeInvitation(admin, id)).rejects.toThrow(NotFoundError);
  });
});

describe('changeMemberRole [rule 33: roles] [rule 38: audit log]', () => {
  it('makes staff an admin and logs who did it, with the roles before and after', async () => {
    const admin = actAs(mine, mine.admin);
    await changeMemberRole(admin, { userId: mine.staff.id, role: 'admin' });
    expect(await roleOf(mine.staff.id)).toBe('admin');
    const { entries } = await listAuditEntries(admin, null);
    expect(entries[0]).toMatchObject({
      action: 'members.update',
      actorName: mine.admin.email,
      subjectName: mine.staff.email,
      before: { role: 'staff' },
      after: { role: 'admin' },
    });
  });

  it('keeps the last admin, and names the rule', async () => {
    const change = changeMemberRole(actAs(mine, mine.admin), { userId: mine.admin.id, role: 'staff' });
    await expect(change).rejects.toThrow(ConflictError);
    await expect(change).rejects.toMatchObject({ rule: 'tenant_keeps_one_admin' });
    expect(await roleOf(mine.admin.id)).toBe('admin');
  });

  it('does nothing for staff, for another company and for an unknown member', async () => {
    const change = { userId: mine.staff.id, role: 'admin' as const };
    await expect(changeMemberRole(actAs(mine, mine.staff), change)).rejects.toThrow(NotFoundError);
    await expect(changeMemberRole(actAs(mine, other.admin), change)).rejects.toThrow(NotFoundError);
    await expect(changeMemberRole(actAs(other, other.admin), change)).rejects.toThrow(NotFoundError);
    expect(await roleOf(mine.staff.id)).toBe('staff');
  });
});

describe('removeMember [rule 33: roles]', () => {
  it('ends all access of the member at once, in every session', async () => {
    const staff = mine.staff.client;
    expect((await staff.from('tools').select('id')).error).toBeNull();
    expect((await staff.from('tenants').select('id')).data).toHaveLength(1);
    await removeMember(actAs(mine, mine.admin), mine.staff.id);
    expect((await staff.from('tenants').select('id')).data).toEqual([]);
  });

  it('keeps the last admin, and removes one of two', async () => {
    const admin = actAs(mine, mine.admin);
    await expect(removeMember(admin, mine.admin.id)).rejects.toMatchObject({
      rule: 'tenant_keeps_one_admin',
    });
    const second = await makePerson('second');
    await addMember(mine.id, second, 'admin');
    await removeMember(admin, second.id);
    expect(await roleOf(second.id)).toBeUndefined();
  });

  it('is refused to staff and to another company', async () => {
    await expect(removeMember(actAs(mine, mine.staff), mine.staff.id)).rejects.toThrow(NotFoundError);
    await expect(removeMember(actAs(other, other.admin), mine.staff.id)).rejects.toThrow(NotFoundError);
    expect(await roleOf(mine.staff.id)).toBe('staff');
  });
});

describe('listMembers', () => {
  it('shows the company’s own people only', async () => {
    const emails = (await listMembers(actAs(mine, mine.admin))).map((member) => member.email);
    expect(emails.sort()).toEqual([mine.admin.email, mine.staff.email].sort());
    expect(await listMembers(actAs(other, mine.admin))).toEqual([]);
  });
});

describe('listAuditEntries [rule 38: audit log]', () => {
  it('pages without gaps or repeats, and returns nothing to staff', async () => {
    await sql`
      insert into public.audit_log (tenant_id, actor_kind, action, subject_kind, subject_id)
      select ${mine.id}, 'system', 'tools.insert', 'tools', n::text from generate_series(1, 120) n`;
    const seen: number[] = [];
    let before: number | null = null;
    do {
      const page: Awaited<ReturnType<typeof listAuditEntries>> = await listAuditEntries(
        actAs(mine, mine.admin),
        before,
      );
      seen.push(...page.entries.map((entry) => entry.id));
      before = page.olderThan;
    } while (before !== null);
    const rows =
      await sql`select id::int from public.audit_log where tenant_id = ${mine.id} order by id desc`;
    expect(seen).toEqual(rows.map((row) => Number(row.id)));
    expect((await listAuditEntries(actAs(mine, mine.staff), null)).entries).toEqual([]);
  });
});
