import { expect, it } from 'vitest';
import { ForbiddenError } from '#domain/errors.ts';
import { type Actor, requireAdmin } from './actor.ts';

const actor = (given: Pick<Actor, 'role' | 'userId'>): Actor => ({
  client: {} as Actor['client'],
  tenantId: 'tenant',
  timeZone: 'Asia/Tokyo',
  ...given,
});

it.each(['a person', null])('[rule 33: roles] accepts only admins (%s)', (userId) => {
  const admin = actor({ role: 'admin', userId });
  expect(requireAdmin(admin)).toBe(admin);
  expect(() => requireAdmin(actor({ role: 'staff', userId }))).toThrow(ForbiddenError);
});
