import { AsyncLocalStorage } from 'node:async_hooks';
import { createPostgresConnection } from '@supabase/lite/postgres';
import { CompiledQuery, type Kysely } from 'kysely';

/** One caller of the Data API, as @supabase/lite hands it over. */
interface Caller {
  readonly auth?: { readonly uid?: string | null; readonly role?: string; readonly jwt?: unknown };
}

// The parts of the class that its types keep private; the version is pinned because of them.
interface Internals {
  ensureRlsContext: () => Promise<boolean>;
  applyJwtSessionContext: (
    transaction: Kysely<unknown>,
    caller: Caller,
    isKnownRole: boolean,
  ) => Promise<void>;
  normalizeDbError: (error: unknown) => unknown;
}

const servedRoles = new Set(['anon', 'authenticated', 'service_role']);

// Lite hands over everything but strings as JSON text already, and the driver would encode that a second time. A
// string that happens to be JSON cannot be told from it.
function encodeOnce(value: unknown): string {
  if (typeof value !== 'string') return JSON.stringify(value);
  if (/^\s*[{[]/.test(value)) return value;
  try {
    JSON.parse(value);
    return value;
  } catch {
    return JSON.stringify(value);
  }
}
const parse = (text: string): unknown => JSON.parse(text);

/** What PostgREST answers for a PostgreSQL error code; null leaves it to lite, which knows the rest. */
export function statusOf(code: string): number | null {
  if (/^(08...|57P0[1-3]|53...|ECONN.*|EPIPE|ETIMEDOUT|CONNECTION_.*|CONNECT_TIMEOUT)$/.test(code))
    return 503;
  if (/^(0L|0P|28)/.test(code)) return 403;
  if (/^(09|25|2D|38|39|3B|40|54|55|57|58|F0|HV|P0(?!001)|XX)/.test(code) && code !== '25006') return 500;
  if (code === 'P0001' || /^(20|23|24|26|27|2B|2F|34|3D|3F|44)/.test(code))
    return /^2350[35]$/.test(code) ? 409 : 400;
  return null;
}

interface DatabaseError {
  readonly code: string;
  readonly message: string;
  readonly detail?: string;
  readonly hint?: string;
}

const isDatabaseError = (error: unknown): error is DatabaseError =>
  error instanceof Error && 'code' in error && typeof error.code === 'string';

/** Gives an error the form in which lite passes status and code on unchanged. */
export function asPostgrestError(error: unknown): unknown {
  if (!isDatabaseError(error)) return error;
  const status = statusOf(error.code);
  if (status === null) return error;
  const away = status === 503;
  const body = away
    ? {
        code: 'PGRST001',
        message: 'Database connection error. Retrying the connection.',
        details: null,
        hint: null,
      }
    : { code: error.code, message: error.message, details: error.detail ?? null, hint: error.hint ?? null };
  return Object.assign(new Error(JSON.stringify(body)), {
    code: 'PGRST',
    detail: JSON.stringify({ status, headers: away ? { 'Retry-After': '1' } : {} }),
  });
}

const actorHeader = 'x-tc-portal-api-key-id';
const currentHeaders = new AsyncLocalStorage<string>();

/** PostgREST lets functions see the headers of every request, lite only those of rpc calls; ours read this one. */
export function withRequestHeaders<T>(headers: Headers, work: () => T): T {
  const actor = headers.get(actorHeader);
  return currentHeaders.run(JSON.stringify(actor === null ? {} : { [actorHeader]: actor }), work);
}

/** The database connections of the Data API, with what lite does wrong on a real PostgreSQL put right. */
export function connectLite(url: string, connections: number): ReturnType<typeof createPostgresConnection> {
  const connection = createPostgresConnection({
    url,
    postgresOptions: {
      max: connections,
      connect_timeout: 5,
      max_lifetime: null,
      // A database that comes back is used again within half a second.
      backoff: (attempt: number) => Math.min(0.05 * 2 ** attempt, 0.5),
      onnotice: () => {},
      connection: { application_name: 'data-api', statement_timeout: 15_000 },
      types: {
        json: { to: 114, from: [114], serialize: encodeOnce, parse },
        jsonb: { to: 3802, from: [3802], serialize: encodeOnce, parse },
      },
    },
  });
  const internals = connection as unknown as Internals;
  // Lite would grant everything on every table with RLS to anon; our migrations say who may do what.
  internals.ensureRlsContext = async () => true;
  // One statement instead of six, and only roles that a token may name.
  internals.applyJwtSessionContext = async (transaction, caller) => {
    const wanted = caller.auth?.role ?? 'anon';
    const role = servedRoles.has(wanted) ? wanted : 'anon';
    await transaction.executeQuery(
      CompiledQuery.raw(
        `select set_config('role', $1, true), set_config('request.jwt.claim.sub', $2, true),
          set_config('request.jwt.claim.role', $1, true), set_config('request.jwt.claims', $3, true),
          set_config('request.headers', $4, true)`,
        [
          role,
          caller.auth?.uid ?? '',
          JSON.stringify(caller.auth?.jwt ?? { role }),
          currentHeaders.getStore() ?? '{}',
        ],
      ),
    );
  };
  internals.normalizeDbError = asPostgrestError;
  return connection;
}
