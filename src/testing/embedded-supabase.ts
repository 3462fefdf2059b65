import { randomBytes } from 'node:crypto';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { Child } from '#server/child.ts';
import { Database } from '#server/embedded/database.ts';
import { findRunningPostgres, superuser } from '#server/embedded/postgres.ts';
import { databaseUrl } from '#server/embedded/surroundings.ts';
import { LogFile } from '#server/log-file.ts';
import { findFreePort } from '#server/ports.ts';
import { projectFolder } from '#server/settings.ts';

/** Where tests find their Supabase. */
export interface TestSupabase {
  readonly url: string;
  readonly publishableKey: string;
  readonly secretKey: string;
  readonly jwtSecret: string;
  /** As the role that owns our tables, like a migration. */
  readonly ownerUrl: string;
  readonly superuserUrl: string;
  readonly folder: string;
}

/** A Supabase of its own in a temporary folder, without waiting for the disk. */
export async function startTestSupabase(
  migrationsFolder: string = path.join(projectFolder, 'supabase', 'migrations'),
): Promise<{ supabase: TestSupabase; database: Database; stop: () => Promise<void> }> {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'tc portal test '));
  const random = (): string => randomBytes(24).toString('base64url');
  const keys = {
    publishableKey: `sb_publishable_${random()}`,
    secretKey: `sb_secret_${random()}`,
    jwtSecret: random(),
  };
  const log = new LogFile(path.join(folder, 'test.log'));
  const database = new Database({
    dataFolder: path.join(folder, 'database'),
    port: await findFreePort(),
    password: random(),
    migrationsFolder,
    durable: false,
    log: (text) => log.write(text),
    onRestart: () => {},
  });
  let url = '';
  let api: Child | undefined;
  // A run of tests that is interrupted waits for nothing.
  const stopAtOnce = (): void => {
    for (const pid of [api?.pid, findRunningPostgres(path.join(folder, 'database'))]) {
      try {
        if (pid) process.kill(pid, 'SIGKILL');
      } catch {
        // It has ended by itself.
      }
    }
    fs.rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  };
  process.once('exit', stopAtOnce);
  const stop = async (): Promise<void> => {
    process.off('exit', stopAtOnce);
    await api?.stop();
    await database.stop();
    fs.rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  };
  const startApi = async (): Promise<void> => {
    const port = await findFreePort();
    url = `http://127.0.0.1:${port}`;
    api = new Child({
      name: 'data-api',
      file: path.join(projectFolder, 'src', 'server', 'embedded', 'data-api.ts'),
      cwd: projectFolder,
      log,
      onRestart: () => {},
      environment: {
        NODE_ENV: 'production',
        PATH: process.env.PATH,
        SystemRoot: process.env.SystemRoot,
        LITE_TELEMETRY: '0',
        LITE_AUTH_BCRYPT_COST: '4',
        PORTAL_DATABASE_URL: databaseUrl(database.address, 'authenticator'),
        PORTAL_DATA_FOLDER: path.join(folder, 'database'),
        PORTAL_DATA_API_PORT: String(port),
        PORTAL_JWT_SECRET: keys.jwtSecret,
        NEXT_PUBLIC_SUPABASE_PUBLISHABLE_KEY: keys.publishableKey,
        SUPABASE_SECRET_KEY: keys.secretKey,
      },
    });
    await api.start();
  };
  try {
    await database.start();
    await startApi().catch((error: unknown) => {
      // Another program may have taken the port since it was found free.
      if (!api?.tail.includes('EADDRINUSE')) throw error;
      return startApi();
    });
  } catch (error) {
    const tail = api?.tail ?? '';
    await stop();
    throw tail ? new Error(tail, { cause: error }) : error;
  }
  const supabase = {
    url,
    ...keys,
    ownerUrl: databaseUrl(database.address, 'postgres'),
    superuserUrl: databaseUrl(database.address, superuser),
    folder,
  };
  return { supabase, database, stop };
}
