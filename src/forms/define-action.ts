import { refresh } from 'next/cache';
import { headers } from 'next/headers';
import { redirect, unstable_rethrow } from 'next/navigation';
import { getTranslations } from 'next-intl/server';
import type { z } from 'zod';
import type { ActionState } from '#components/ui/action-form.tsx';
import {
  ConflictError,
  ForbiddenError,
  InvalidInputError,
  LimitExceededError,
  NotFoundError,
  UnauthenticatedError,
  UnavailableError,
} from '#domain/errors.ts';
import { type AdminActor, requireAdmin } from '#auth/actor.ts';
import { limitsInIssue } from '#domain/limits-in-issue.ts';
import { type CurrentMember, requireMember } from '#auth/current-member.ts';
import { signInPath } from '#http/paths.ts';
import { pathHeader } from '#http/path-header.ts';
import { readFormEntries, readFormValues } from './read-form.ts';

interface Success<Data> {
  data?: Data;
  /** Translated text that says what happened. */
  message?: string;
}

interface Definition<Schema extends z.ZodType, Data, Actor> {
  schema: Schema;
  /** Translation keys for rules of the database, by constraint name. */
  rules?: Record<string, string>;
  handle: (input: z.output<Schema>, actor: Actor) => Promise<Success<Data> | void>;
}

type Action<Data> = (previous: ActionState<Data> | undefined, form: FormData) => Promise<ActionState<Data>>;

/**
 * Defines a server action for an ActionForm: parses the form, checks the user, calls the verb and turns typed errors into
 * texts. Schema messages are translation keys (`problems.required`). On success the page reloads. Next rejects actions from
 * another origin before they get here.
 */
export function defineAction<Schema extends z.ZodType, Data>(
  definition: { access: 'admin' } & Definition<Schema, Data, AdminActor>,
): Action<Data>;
export function defineAction<Schema extends z.ZodType, Data>(
  definition: { access: 'member' } & Definition<Schema, Data, CurrentMember>,
): Action<Data>;
export function defineAction<Schema extends z.ZodType, Data>(
  definition: { access: 'anyone' } & Definition<Schema, Data, null>,
): Action<Data>;
export function defineAction<Schema extends z.ZodType, Data>({
  access,
  schema,
  rules = {},
  handle,
}: { access: 'admin' | 'member' | 'anyone' } & Definition<Schema, Data, never>): Action<Data> {
  return async function runAction(_previous, form) {
    try {
      const actor = await requireActor(access);
      const parsed = schema.safeParse(readFormEntries(form));
      if (!parsed.success) {
        throw new InvalidInputError(
          'The form is wrong',
          parsed.error.issues.map((issue) => ({
            field: issue.path.join('.'),
            problem: issue.message,
            values: limitsInIssue(issue),
          })),
        );
      }
      const success = await handle(parsed.data, actor as never);
      refresh();
      return { ok: true, ...success };
    } catch (error) {
      unstable_rethrow(error);
      if (error instanceof UnauthenticatedError) redirect(signInPath((await headers()).get(pathHeader)));
      return { ok: false, values: readFormValues(form), ...(await describeRefusal(error, rules)) };
    }
  };
}

async function requireActor(access: 'admin' | 'member' | 'anyone'): Promise<CurrentMember | null> {
  switch (access) {
    case 'admin':
      return requireAdmin(await requireMember());
    case 'member':
      return requireMember();
    case 'anyone':
      return null;
  }
}

async function describeRefusal(
  error: unknown,
  rules: Record<string, string>,
): Promise<{ code: string; message: string; fieldErrors?: Record<string, string> }> {
  const t = await getTranslations();
  // Schemas and constraint names provide the keys, so neither the compiler nor a test can find a missing one: hence the
  // fallback.
  const translate = (
    key: string,
    fallback: 'problems.invalid' | 'problems.conflict',
    values?: Record<string, string | number>,
  ) => (t.has(key as typeof fallback) ? t(key as typeof fallback, values) : t(fallback));

  if (error instanceof InvalidInputError) {
    const fieldErrors = Object.fromEntries(
      error.details.map(({ field, problem, values }) => [
        field,
        translate(problem, 'problems.invalid', values),
      ]),
    );
    // A problem without a field is about the whole form, and is more specific than a general message.
    return { code: 'invalid', message: fieldErrors[''] ?? t('problems.invalid'), fieldErrors };
  }
  if (error instanceof ConflictError) {
    const key = error.rule === undefined ? undefined : rules[error.rule];
    return { code: 'conflict', message: translate(key ?? 'problems.conflict', 'problems.conflict') };
  }
  if (error instanceof LimitExceededError) {
    const minutes = Math.max(1, Math.ceil(error.retryAfterSeconds / 60));
    return { code: 'limitExceeded', message: t('problems.limitExceeded', { minutes }) };
  }
  if (error instanceof ForbiddenError) return { code: 'forbidden', message: t('problems.forbidden') };
  if (error instanceof NotFoundError) return { code: 'notFound', message: t('problems.notFound') };
  if (error instanceof UnavailableError) return { code: 'unavailable', message: t('problems.unavailable') };
  // A bug: Next logs it with its digest and shows error.tsx.
  throw error;
}
