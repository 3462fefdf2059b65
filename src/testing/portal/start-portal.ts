import { spawn, type ChildProcess } from 'node:child_process';
import fs from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseEnv } from 'node:util';
import { findRunningPostgres } from '#server/embedded/postgres.ts';
import { findFreePort } from '#server/ports.ts';
import { projectFolder } from '#server/settings.ts';

/** What may be chosen about a portal for a test. */
export interface TestPortalOptions {
  /** An existing PORTAL_DIR, to start again on what an earlier portal left. */
  readonly folder?: string;
  readonly port?: number;
  readonly args?: readonly string[];
  readonly environment?: Record<string, string>;
}

/** A start that may have failed. */
export interface Launch {
  readonly process: ChildProcess;
  readonly exit: Promise<number | null>;
  output(): string;
}

/** A real portal: the same command that a person types, on its own folder and port. */
export interface TestPortal {
  readonly url: string;
  readonly port: number;
  readonly folder: string;
  /** Every line of its .env.local. */
  readonly secrets: Record<string, string>;
  readonly email: string;
  readonly password: string;
  output(): string;
  /** Ctrl-C, waits for the end; answers with the exit code. */
  stop(): Promise<number | null>;
  /** kill -9 of the supervisor; its children must notice by themselves. */
  kill(): Promise<void>;
  databasePid(): number | null;
  /** kill -9 of the database; the supervisor starts it again. */
  killDatabase(): void;
  /** Resolves when the database answers. */
  waitForDatabase(): Promise<void>;
  /** Takes the database away until the answered function is called, which waits until it is back. */
  holdDatabase(): Promise<() => Promise<void>>;
  /** `stop`, and the folder is gone. */
  delete(): Promise<void>;
}

const foreign =
  /^(PORT|HOST|PORTAL_.*|NODE_ENV|NODE_OPTIONS|VITEST.*|TEST|SUPABASE_.*|NEXT_.*|__NEXT_.*|TC_PORTAL_.*|CRON_SECRET)$/;

/** A new folder below the temporary one, with a space in its name because such paths must work. */
export function makePortalFolder(): string {
  return fs.mkdtempSync(path.join(os.tmpdir(), 'tc portal '));
}

/** Runs `npm start`'s script; says nothing about whether it succeeds. */
export function launchPortal(folder: string, port: number, options: TestPortalOptions = {}): Launch {
  const kept = Object.entries(process.env).filter(([name]) => !foreign.test(name));
  const environment = {
    PORTAL_DIR: folder,
    PORT: String(port),
    LITE_AUTH_BCRYPT_COST: '4',
    ...options.environment,
  };
  const script = path.join(projectFolder, 'scripts', 'start.mjs');
  const child = spawn(process.execPath, [script, ...(options.args ?? [])], {
    cwd: projectFolder,
    env: { ...Object.fromEntries(kept), ...environment } as unknown as NodeJS.ProcessEnv,
    // The channel ends with the test process, and the portal with the channel.
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk) => (output += String(chunk)));
  const exit = new Promise<number | null>((resolve) => child.once('close', (code) => resolve(code)));
  // It must not keep the test process alive.
  child.channel?.unref();
  return { process: child, exit, output: () => output };
}

const deleteFolder = (folder: string): void =>
  fs.rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 });

/** Starts a portal and waits until it says that it is ready; builds the pages first when that was not done yet. */
export async function startPortal(options: TestPortalOptions = {}): Promise<TestPortal> {
  const folder = options.folder ?? makePortalFolder();
  const port = options.port ?? (await findFreePort());
  const launch = launchPortal(folder, port, options);
  let exited = false;
  void launch.exit.then(() => (exited = true));
  while (!launch.output().includes('Ctrl-C')) {
    if (exited) {
      if (options.folder === undefined) deleteFolder(folder);
      // Another program may have taken the port since it was found free.
      if (options.port === undefined && launch.output().includes(`Port ${port} is in use`))
        return startPortal(options);
      throw new Error(`The portal did not start:\n${launch.output()}`);
    }
    await sleep(50);
  }
  const secrets: Record<string, string> = {};
  const file = fs.readFileSync(path.join(folder, '.env.local'), 'utf8');
  for (const [name, value] of Object.entries(parseEnv(file))) if (value !== undefined) secrets[name] = value;
  const dataFolder = path.join(folder, 'database');
  const databasePid = (): number | null => findRunningPostgres(dataFolder);
  const signalDatabase = (signal: NodeJS.Signals): void => {
    const pid = databasePid();
    if (pid === null) return;
    try {
      process.kill(pid, signal);
    } catch (error) {
      // It may end by itself between being found and being told.
      if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
    }
  };
  const stop = async (): Promise<number | null> => {
    if (!exited) launch.process.kill('SIGINT');
    return launch.exit;
  };

  const waitForDatabase = async (): Promise<void> => {
    for (const end = Date.now() + 60_000; Date.now() < end; await sleep(100)) {
      const answer = await fetch(`${secrets.NEXT_PUBLIC_SUPABASE_URL}/rest/v1/tenants?select=id&limit=1`, {
        headers: { apikey: secrets.SUPABASE_SECRET_KEY ?? '' },
        // A request that was sent while it was coming back may never be answered.
        signal: AbortSignal.timeout(5_000),
      }).catch(() => null);
      if (answer?.status === 200) return;
    }
    throw new Error('The database did not come back');
  };

  const holdDatabase = async (): Promise<() => Promise<void>> => {
    // With its port taken it cannot be started again, which is all that this portal's supervisor would do.
    const port = Number(secrets.TC_PORTAL_DATABASE_PORT);
    const place = net.createServer((socket) => socket.destroy());
    for (const end = Date.now() + 30_000; !place.listening; await sleep(5)) {
      if (Date.now() > end) throw new Error('The database could not be held');
      signalDatabase('SIGQUIT');
      await new Promise<void>((resolve) => {
        place.once('error', () => resolve());
        place.listen(port, '127.0.0.1', resolve);
      });
      place.removeAllListeners('error');
    }
    return async () => {
      await new Promise((resolve) => place.close(resolve));
      await waitForDatabase();
    };
  };

  return {
    url: `http://127.0.0.1:${port}`,
    port,
    folder,
    secrets,
    email: secrets.TC_PORTAL_ADMIN_EMAIL ?? '',
    password: secrets.TC_PORTAL_ADMIN_PASSWORD ?? '',
    output: launch.output,
    stop,
    kill: async () => {
      launch.process.kill('SIGKILL');
      await launch.exit;
    },
    databasePid,
    killDatabase: () => signalDatabase('SIGKILL'),
    waitForDatabase,
    holdDatabase,
    delete: async () => {
      await stop();
      deleteFolder(folder);
    },
  };
}
