import { AsyncLocalStorage } from 'node:async_hooks';
import { createPostgresConnection } from '@supabase/lite/postgres';
import { CompiledQuery, type Kysely } from 'kysely';
import type { Sql } from 'postgres';
import { apiSettings } from '#server/embedded/api-settings.ts';
import { ReservedConnections } from '#server/embedded/reserved-connections.ts';

/** One caller of the Data API, as @supabase/lite passes it. */
interface Caller {
  readonly auth?: { readonly uid?: string | null; readonly role?: string; readonly jwt?: unknown };
}

// These members are private in lite's types, so its version is pinned.
interface Internals {
  introspect: (options?: { readonly useCache?: boolean }) => Promise<Introspection>;
  ensureRlsContext: () => Promise<boolean>;
  applyJwtSessionContext: (
    transaction: Kysely<unknown>,
    caller: Caller,
    isKnownRole: boolean,
  ) => Promise<void>;
  applyRpcRequestGucs: (transaction: Kysely<unknown>, request: RpcRequest) => Promise<void>;
  normalizeDbError: (error: unknown) => unknown;
}

interface RpcRequest {
  readonly method: string;
  readonly path: string;
  readonly requestHeaders?: Readonly<Record<string, string>>;
}

/** Lite's description of the schema; it searches these lists for every column of every request. */
interface Introspection {
  readonly tables: readonly unknown[];
  readonly views: readonly { readonly schema: string }[];
  readonly functions?: readonly { readonly schema: string }[];
}

const servedSchemas = new Set<string>([...apiSettings.schemas, 'auth']);
const servedRoles = new Set(['anon', 'authenticated', 'service_role']);

// Lite passes all values except strings as JSON text, which the driver would encode a second time. A string that
// happens to be JSON looks the same.
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

/** The status that PostgREST returns for a PostgreSQL error code; null for codes that lite maps correctly. */
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

/** Converts an error into a form whose status and code lite keeps. */
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

/** PostgREST gives functions the headers of every request, lite only those of rpc calls; our functions read this header. */
export function withRequestHeaders<T>(headers: Headers, work: () => T): T {
  const actor = headers.get(actorHeader);
  return currentHeaders.run(JSON.stringify(actor === null ? {} : { [actorHeader]: actor }), work);
}

/** Drops views and functions of schemas that are not served: PostgreSQL has several hundred of its own. */
function keepServedSchemas(found: Introspection): Introspection {
  const isServed = ({ schema }: { readonly schema: string }): boolean => servedSchemas.has(schema);
  return {
    ...found,
    views: found.views.filter(isServed),
    ...(found.functions && { functions: found.functions.filter(isServed) }),
  };
}

/** Opens the Data API's database connections and corrects lite where it fails on a real PostgreSQL. */
export function connectLite(url: string, connections: number): ReturnType<typeof createPostgresConnection> {
  const connection = createPostgresConnection({
    url,
    postgresOptions: {
      // Only for lite's own schema queries; requests reserve their connections below.
      max: 1,
      connect_timeout: 5,
      max_lifetime: null,
      // Reconnects within half a second after the database returns.
      backoff: (attempt: number) => Math.min(0.05 * 2 ** attempt, 0.5),
      onnotice: () => {},
      connection: { application_name: 'data-api', statement_timeout: 15_000 },
      types: {
        json: { to: 114, from: [114], serialize: encodeOnce, parse },
        jsonb: { to: 3802, from: [3802], serialize: encodeOnce, parse },
      },
    },
  });
  const reserved = new ReservedConnections(connection.driver.options as Sql['options'], connections);
  const endDriver = connection.driver.end;
  Object.assign(connection.driver, {
    reserve: () => reserved.reserve(),
    end: async (options: { readonly timeout: number }) => {
      await Promise.all([reserved.end(options), endDriver(options)]);
    },
  });
  const internals = connection as unknown as Internals;
  const introspect = internals.introspect.bind(connection);
  const trimmed = new WeakMap<Introspection, Introspection>();
  internals.introspect = async (options) => {
    const found = await introspect(options);
    // Lite returns an empty schema if it cannot read it, and would then say that no table exists.
    if (found.tables.length === 0)
      throw Object.assign(new Error('The schema could not be read'), { code: '08006' });
    const known = trimmed.get(found) ?? keepServedSchemas(found);
    trimmed.set(found, known);
    return known;
  };
  // Lite would grant anon everything on every table with RLS; our migrations grant access.
  internals.ensureRlsContext = async () => true;
  // One statement instead of six, and only roles that a token is allowed to name.
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
  internals.applyRpcRequestGucs = async (transaction, { method, path, requestHeaders }) => {
    await transaction.executeQuery(
      CompiledQuery.raw(
        `select set_config('response.status', '', true), set_config('response.headers', '', true),
          set_config('request.method', $1, true), set_config('request.path', $2, true),
          set_config('request.headers', $3, true)`,
        [method, path, JSON.stringify(requestHeaders ?? {})],
      ),
    );
  };
  internals.normalizeDbError = asPostgrestError;
  return connection;
}
