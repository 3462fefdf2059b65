import { randomBytes } from 'node:crypto';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import postgres from 'postgres';
import { Child } from '#server/child.ts';
import { Database } from '#server/embedded/database.ts';
import { findRunningPostgres, superuser } from '#server/embedded/postgres.ts';
import { databaseSettings, databaseUrl } from '#server/embedded/surroundings.ts';
import { LogFile } from '#server/log-file.ts';
import { findFreePort } from '#server/ports.ts';
import { projectFolder } from '#server/settings.ts';

/** How tests connect to their Supabase. */
export interface TestSupabase {
  readonly url: string;
  readonly publishableKey: string;
  readonly secretKey: string;
  readonly jwtSecret: string;
  /** Connects as the owner of our tables, like a migration. */
  readonly ownerUrl: string;
  readonly superuserUrl: string;
  readonly folder: string;
}

const random = (): string => randomBytes(24).toString('base64url');

/** Starts a separate PostgreSQL with our schema in a temporary folder; it does not wait for the disk. */
class TestServer {
  readonly folder = fs.mkdtempSync(path.join(os.tmpdir(), 'tc portal test '));
  readonly #log = new LogFile(path.join(this.folder, 'test.log'));
  readonly #keys = {
    publishableKey: `sb_publishable_${random()}`,
    secretKey: `sb_secret_${random()}`,
    jwtSecret: random(),
  };
  readonly #apis: Child[] = [];
  readonly database: Database;

  constructor(migrationsFolder: string, port: number) {
    this.database = new Database({
      dataFolder: path.join(this.folder, 'database'),
      port,
      password: random(),
      migrationsFolder,
      durable: false,
      log: (text) => this.#log.write(text),
      onRestart: () => {},
    });
    process.once('exit', this.#stopAtOnce);
  }

  // An interrupted test run does not wait.
  readonly #stopAtOnce = (): void => {
    const pids = [
      ...this.#apis.map(({ pid }) => pid),
      findRunningPostgres(path.join(this.folder, 'database')),
    ];
    for (const pid of pids) {
      try {
        if (pid) process.kill(pid, 'SIGKILL');
      } catch {
        // It has already exited.
      }
    }
    this.#deleteFolder();
  };

  #deleteFolder(): void {
    fs.rmSync(this.folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  }

  /** Copies the database, which must not have connections. */
  async clone(name: string): Promise<void> {
    const url = databaseUrl(this.database.address, superuser, 'template1');
    const sql = postgres(url, { max: 1, onnotice: () => {} });
    try {
      await sql.unsafe(`create database ${name} template postgres owner postgres strategy file_copy`);
      await sql.unsafe(databaseSettings(name));
    } finally {
      await sql.end();
    }
  }

  /** Starts a Data API and auth for one of its databases. */
  async serve(name = 'postgres'): Promise<TestSupabase> {
    const { address } = this.database;
    const port = await findFreePort();
    const api = new Child({
      name: 'data-api',
      file: path.join(projectFolder, 'src', 'server', 'embedded', 'data-api.ts'),
      cwd: projectFolder,
      log: this.#log,
      onRestart: () => {},
      environment: {
        NODE_ENV: 'production',
        PATH: process.env.PATH,
        SystemRoot: process.env.SystemRoot,
        LITE_TELEMETRY: '0',
        LITE_AUTH_BCRYPT_COST: '4',
        PORTAL_DATABASE_URL: databaseUrl(address, 'authenticator', name),
        PORTAL_DATA_FOLDER: path.join(this.folder, 'database'),
        PORTAL_DATA_API_PORT: String(port),
        PORTAL_JWT_SECRET: this.#keys.jwtSecret,
        NEXT_PUBLIC_SUPABASE_PUBLISHABLE_KEY: this.#keys.publishableKey,
        SUPABASE_SECRET_KEY: this.#keys.secretKey,
      },
    });
    try {
      await api.start();
    } catch (error) {
      await api.stop();
      // Another program may have taken the free port in the meantime.
      if (api.tail.includes('EADDRINUSE')) return this.serve(name);
      throw api.tail ? new Error(api.tail, { cause: error }) : error;
    }
    this.#apis.push(api);
    return {
      url: `http://127.0.0.1:${port}`,
      ...this.#keys,
      ownerUrl: databaseUrl(address, 'postgres', name),
      superuserUrl: databaseUrl(address, superuser, name),
      folder: this.folder,
    };
  }

  async stop(): Promise<void> {
    process.off('exit', this.#stopAtOnce);
    await Promise.all(this.#apis.map((api) => api.stop()));
    await this.database.stop();
    this.#deleteFolder();
  }
}

const ourMigrations = path.join(projectFolder, 'supabase', 'migrations');

/** Prepares a server for a test; cleans up if that fails. */
async function withServer<T>(
  migrationsFolder: string,
  use: (server: TestServer) => Promise<T>,
): Promise<{ server: TestServer; used: T }> {
  const server = new TestServer(migrationsFolder, await findFreePort());
  try {
    await server.database.start();
    return { server, used: await use(server) };
  } catch (error) {
    await server.stop();
    throw error;
  }
}

/** Starts a separate Supabase, for a test that stops it or changes all of it. */
export async function startTestSupabase(
  migrationsFolder: string = ourMigrations,
): Promise<{ supabase: TestSupabase; database: Database; stop: () => Promise<void> }> {
  const { server, used } = await withServer(migrationsFolder, (own) => own.serve());
  return { supabase: used, database: server.database, stop: () => server.stop() };
}

/** Starts several on one server, each with a copy of the same new database. */
export async function startTestSupabases(
  count: number,
  migrationsFolder: string = ourMigrations,
): Promise<{ supabases: TestSupabase[]; stop: () => Promise<void> }> {
  const { server, used } = await withServer(migrationsFolder, async (own) => {
    const names = Array.from({ length: count }, (_, index) => `copy_${index + 1}`);
    // One after the other, because only one session at a time can copy a database.
    for (const name of names) await own.clone(name);
    return Promise.all(names.map((name) => own.serve(name)));
  });
  return { supabases: used, stop: () => server.stop() };
}
