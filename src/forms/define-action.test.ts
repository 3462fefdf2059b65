import { createTranslator } from 'next-intl';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { z } from 'zod';
import type { CurrentMember } from '#auth/current-member.ts';
import {
  ConflictError,
  ForbiddenError,
  InvalidInputError,
  LimitExceededError,
  NotFoundError,
  UnauthenticatedError,
  UnavailableError,
} from '#domain/errors.ts';
import { pathHeader } from '#http/path-header.ts';
import problems from '#i18n/messages/en/problems.json' with { type: 'json' };

const { refresh, redirect, requireMember } = vi.hoisted(() => ({
  refresh: vi.fn(),
  redirect: vi.fn(),
  requireMember: vi.fn(),
}));
vi.mock('next/cache', () => ({ refresh }));
vi.mock('next/headers', () => ({ headers: async () => new Headers({ [pathHeader]: '/settings/tools' }) }));
vi.mock('next/navigation', () => ({ redirect, unstable_rethrow: () => {} }));
vi.mock('next-intl/server', () => ({
  getTranslations: async () => createTranslator({ locale: 'en', messages: { problems } }),
}));
vi.mock('#auth/current-member.ts', () => ({ requireMember }));

const { defineAction } = await import('./define-action.ts');

const schema = z.object({ name: z.string().max(5, 'problems.tooLong'), password: z.string().optional() });
const handle = vi.fn<(input: z.output<typeof schema>, actor: unknown) => Promise<{ data: string } | void>>();
const member = (role: 'admin' | 'staff') => ({ role, tenantId: 'tenant' }) as CurrentMember;

function send(entries: Record<string, string>, access: 'admin' | 'member' | 'anyone' = 'member') {
  const form = new FormData();
  for (const [name, value] of Object.entries(entries)) form.set(name, value);
  const definition = { schema, handle, rules: { tool_name_is_unique: 'problems.required' } };
  // The overloads take one kind of access each.
  return defineAction({ access: access as 'member', ...definition })(undefined, form);
}

beforeEach(() => {
  for (const mock of [refresh, redirect, requireMember, handle]) mock.mockReset();
  requireMember.mockResolvedValue(member('staff'));
});

describe('a server action', () => {
  it('calls the verb for the member and reloads the page', async () => {
    handle.mockResolvedValue({ data: 'made' });
    expect(await send({ name: 'Wages' })).toEqual({ ok: true, data: 'made' });
    expect(handle).toHaveBeenCalledWith({ name: 'Wages' }, member('staff'));
    expect(refresh).toHaveBeenCalledOnce();
  });

  it('returns a text for each invalid field and the entered values except passwords, and does not call the verb', async () => {
    expect(await send({ name: 'Much too long', password: 'hunter2' })).toMatchObject({
      ok: false,
      code: 'invalid',
      message: problems.invalid,
      fieldErrors: { name: expect.stringContaining('5') },
      values: { name: 'Much too long' },
    });
    expect((await send({ name: 'Much too long', password: 'hunter2' })) as object).not.toHaveProperty(
      'values.password',
    );
    expect(handle).not.toHaveBeenCalled();
    expect(refresh).not.toHaveBeenCalled();
  });

  it('for admins refuses staff before it looks at the form', async () => {
    expect(await send({ name: 'Much too long' }, 'admin')).toMatchObject({ ok: false, code: 'forbidden' });
    requireMember.mockResolvedValue(member('admin'));
    expect(await send({ name: 'Wages' }, 'admin')).toMatchObject({ ok: true });
  });

  it('for anyone does not look for a session', async () => {
    expect(await send({ name: 'Wages' }, 'anyone')).toMatchObject({ ok: true });
    expect(handle).toHaveBeenCalledWith({ name: 'Wages' }, null);
    expect(requireMember).not.toHaveBeenCalled();
  });

  it('redirects to the sign-in page, and back, if nobody is signed in', async () => {
    requireMember.mockRejectedValue(new UnauthenticatedError('nobody'));
    redirect.mockImplementation(() => {
      throw new Error('leaves the page');
    });
    await expect(send({ name: 'Wages' })).rejects.toThrow('leaves the page');
    expect(redirect).toHaveBeenCalledWith('/sign-in?next=%2Fsettings%2Ftools');
  });
});

describe('a typed error of a verb', () => {
  it.each([
    ['a constraint that the form names', new ConflictError('x', 'tool_name_is_unique'), problems.required],
    ['another constraint', new ConflictError('x', 'another'), problems.conflict],
    ['a missing row', new NotFoundError('x'), problems.notFound],
    ['a missing role', new ForbiddenError('x'), problems.forbidden],
    ['an unavailable database', new UnavailableError('x'), problems.unavailable],
    [
      'a problem of the whole form',
      new InvalidInputError('x', [{ field: '', problem: 'problems.required' }]),
      problems.required,
    ],
    [
      'a problem without a text',
      new InvalidInputError('x', [{ field: '', problem: 'none' }]),
      problems.invalid,
    ],
  ])('becomes its text: %s', async (_what, error, message) => {
    handle.mockRejectedValue(error);
    expect(await send({ name: 'Wages' })).toMatchObject({ ok: false, message, values: { name: 'Wages' } });
    expect(refresh).not.toHaveBeenCalled();
  });

  it.each([
    [1, 1],
    [60, 1],
    [61, 2],
  ])('with a wait of %d seconds is rounded up to %d minutes', async (seconds, minutes) => {
    handle.mockRejectedValue(new LimitExceededError('x', seconds));
    const t = createTranslator({ locale: 'en', messages: { problems } });
    expect(await send({ name: 'Wages' })).toMatchObject({
      code: 'limitExceeded',
      message: t('problems.limitExceeded', { minutes }),
    });
  });

  it('other than these is a bug and is thrown', async () => {
    handle.mockRejectedValue(new TypeError('x is not a function'));
    await expect(send({ name: 'Wages' })).rejects.toThrow(TypeError);
  });
});
