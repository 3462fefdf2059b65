import type { AuthError, PostgrestError } from '@supabase/supabase-js';
import {
  ConflictError,
  ForbiddenError,
  NotFoundError,
  UnauthenticatedError,
  UnavailableError,
} from '#domain/errors.ts';

interface Answer<T> {
  data: T;
  error: PostgrestError | null;
  status: number;
}

/** A database error that none of our rules explains: a bug. It is logged and never shown. */
export class DatabaseError extends Error {
  override name = 'DatabaseError';
  readonly code: string;

  constructor(error: PostgrestError) {
    super(error.message);
    this.code = error.code;
  }
}

/** The database chose this transaction to end a deadlock or a conflict with another one, and undid it: trying again helps. */
export class RolledBackError extends UnavailableError {}

// SQLSTATE classes for lost connections, exhausted resources and a server that is stopping or starting, and PostgREST's codes
// for an unreachable database or one whose schema it has not loaded yet.
const unavailableCode = /^(08|53|57P|58|PGRST00|PGRST20[025]|ECONN|CONNECT)/;

function isUnavailable(error: PostgrestError, status: number): boolean {
  return (
    status === 0 ||
    status === 502 ||
    status === 503 ||
    status === 504 ||
    unavailableCode.test(error.code ?? '') ||
    (status >= 500 && !/^[0-9A-Z]{5}$/.test(error.code ?? ''))
  );
}

/**
 * Returns the data of a Supabase response or throws a typed error: an error never becomes an empty result.
 * @throws UnavailableError, UnauthenticatedError, NotFoundError, ForbiddenError, ConflictError (with the constraint's name),
 * DatabaseError
 */
export function unwrap<T>({ data, error, status }: Answer<T>): NonNullable<T> {
  if (error) throw toPortalError(error, status);
  if (data === null || data === undefined) throw new NotFoundError('Not found');
  return data;
}

/** Like `unwrap`, for reads that can find nothing (`maybeSingle`), writes that return nothing, and functions that return null. */
export function unwrapMaybe<T>({ data, error, status }: Answer<T>): T | null {
  if (error) throw toPortalError(error, status);
  return data ?? null;
}

function toPortalError(error: PostgrestError, status: number): Error {
  if (/^40/.test(error.code ?? '')) return new RolledBackError('Another change came between: try again');
  if (isUnavailable(error, status)) return new UnavailableError('The database is unavailable');
  switch (error.code) {
    // The token is from another project, or expired after the proxy checked it.
    case 'PGRST301':
    case 'PGRST302':
    case 'PGRST303':
      return new UnauthenticatedError('Not signed in');
    case 'PGRST116':
    case 'P0002':
      return new NotFoundError('Not found');
    case '42501':
      return new ForbiddenError();
    case '23505':
    case '23503':
    case '23514':
      return toConflict(error.message);
    default:
      return new DatabaseError(error);
  }
}

/** A function of ours says why, and then the rule: `The plugin is disabled (constraint "…")`. PostgreSQL quotes values. */
function toConflict(message: string): ConflictError {
  const [, sentence = 'A rule of the data forbids this'] =
    /^([^"]+) \(constraint "[^"]+"\)$/.exec(message) ?? [];
  return new ConflictError(sentence, /constraint "([^"]+)"/.exec(message)?.[1]);
}

/** Whether an auth call failed because Supabase Auth is unavailable, not because of the request. */
export function isAuthUnavailable(error: AuthError): boolean {
  return error.name === 'AuthRetryableFetchError' || error.status === 0 || (error.status ?? 0) >= 500;
}
