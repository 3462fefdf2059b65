import { serve } from '@hono/node-server';
import { App } from '@supabase/lite';
import { connectLite, withRequestHeaders } from '#server/embedded/lite-connection.ts';
import { findRunningPostgres, stopOrphanedPostgres } from '#server/embedded/postgres.ts';
import { obeyParent, reportReady } from '#process/parent.ts';
import { apiSettings } from '#server/embedded/api-settings.ts';

const required = (name: string): string => {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set`);
  return value;
};

/** Returns one line without a stack, because users send the log file to each other. */
function summarize(values: unknown[]): string {
  const words = values.map((value) =>
    value instanceof Error
      ? `${'code' in value ? `${String(value.code)} ` : ''}${value.message}`
      : typeof value === 'string'
        ? value
        : '',
  );
  return words.join(' ').replaceAll(/\s+/g, ' ').slice(0, 400);
}
for (const level of ['log', 'info', 'warn', 'error'] as const) {
  console[level] = (...values: unknown[]) => {
    process.stdout.write(`${new Date().toISOString()} ${summarize(values)}\n`);
  };
}

const connection = connectLite(required('PORTAL_DATABASE_URL'), apiSettings.connections);

const app = new App({
  connection,
  api: { enabled: true, schemas: [...apiSettings.schemas], max_rows: apiSettings.maxRows },
  auth: {
    enabled: true,
    jwt_secret: required('PORTAL_JWT_SECRET'),
    publishable_key: required('NEXT_PUBLIC_SUPABASE_PUBLISHABLE_KEY'),
    secret_key: required('SUPABASE_SECRET_KEY'),
    jwt_expiry: apiSettings.tokenSeconds,
    minimum_password_length: apiSettings.minimumPasswordLength,
    sessions: { inactivity_timeout: apiSettings.inactivityTimeout },
    email: { enable_confirmations: false },
  },
  db: { migrations: { enabled: false } },
  storage: { enabled: false },
  studio: { enabled: false },
  options: {
    server: { admin: false },
    drivers: {
      email: {
        // Its text contains a sign-in link, which must not reach the log.
        send: async () => console.warn('A mail was not sent: the embedded Supabase has no mail server.'),
      },
    },
  },
});

async function isDatabaseAway(): Promise<boolean> {
  const answer = connection.driver`select 1`.then(
    () => false,
    () => true,
  );
  const patience = new Promise<true>((resolve) => setTimeout(resolve, 2_000, true).unref());
  return Promise.race([answer, patience]);
}

const away = (): Response =>
  Response.json(
    {
      code: 'PGRST001',
      message: 'Database connection error. Retrying the connection.',
      details: null,
      hint: null,
    },
    { status: 503, headers: { 'Retry-After': '1' } },
  );

async function answer(request: Request, peerAddress: string | null): Promise<Response> {
  const { pathname } = new URL(request.url);
  // Lite also serves /_system, which shows the connection string to every caller.
  if (!/^\/(rest|auth)\/v1(\/|$)/.test(pathname))
    return Response.json({ message: 'Not found' }, { status: 404 });
  const response = await withRequestHeaders(request.headers, () => app.fetch(request, { peerAddress }));
  // Clients keep their session after a 503, but drop it after the 500 that lite returns when the database is unavailable.
  return response.status === 500 && (await isDatabaseAway()) ? away() : response;
}

await app.init();
await connection.introspect({ useCache: true });

const server = serve(
  {
    port: Number(required('PORTAL_DATA_API_PORT')),
    hostname: '127.0.0.1',
    fetch: (request, env) =>
      answer(request, ('incoming' in env && env.incoming.socket.remoteAddress) || null),
  },
  reportReady,
);
server.on('error', (error) => {
  console.error(error);
  process.exit(1);
});

obeyParent(async () => {
  // A killed supervisor cannot stop its database, so this process does; the next supervisor may already run its own here.
  const orphaned = process.connected === false ? process.env.PORTAL_DATA_FOLDER : undefined;
  const orphan = orphaned === undefined ? null : findRunningPostgres(orphaned);
  await new Promise<void>((resolve) => {
    server.close(() => resolve());
    if ('closeIdleConnections' in server) server.closeIdleConnections();
    setTimeout(resolve, 5_000).unref();
  });
  await connection.driver.end({ timeout: 2 });
  if (orphaned !== undefined) await stopOrphanedPostgres(orphaned, orphan);
});
