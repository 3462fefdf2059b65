import fs from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseEnv } from 'node:util';
import { findFreePort } from '#server/ports.ts';
import { launchPortal, makePortalFolder, type TestPortalOptions } from './launch-portal.ts';
import { PortalDatabase } from './portal-database.ts';

/** A real portal: the same command that users run, with its own folder and port. */
export interface TestPortal {
  readonly url: string;
  readonly port: number;
  readonly folder: string;
  /** Every line of its .env.local. */
  readonly secrets: Record<string, string>;
  readonly email: string;
  readonly password: string;
  output(): string;
  /** Sends Ctrl-C, waits for the exit, and returns the exit code. */
  stop(): Promise<number | null>;
  /** Kills the supervisor with -9; its children must notice by themselves. */
  kill(): Promise<void>;
  readonly database: PortalDatabase;
  /** Stops it and deletes the folder. */
  delete(): Promise<void>;
}

const deleteFolder = (folder: string): void =>
  fs.rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 });

/** Starts a portal and waits until it reports that it is ready; builds the pages first if necessary. */
export async function startPortal(options: TestPortalOptions = {}): Promise<TestPortal> {
  const folder = options.folder ?? makePortalFolder();
  const port = options.port ?? (await findFreePort());
  const launch = launchPortal(folder, port, options);
  let exited = false;
  void launch.exit.then(() => (exited = true));
  while (!launch.output().includes('Ctrl-C')) {
    if (exited) {
      if (options.folder === undefined) deleteFolder(folder);
      // Another program may have taken the free port in the meantime.
      if (options.port === undefined && launch.output().includes(`Port ${port} is in use`))
        return startPortal(options);
      throw new Error(`The portal did not start:\n${launch.output()}`);
    }
    await sleep(50);
  }
  const secrets: Record<string, string> = {};
  const file = fs.readFileSync(path.join(folder, '.env.local'), 'utf8');
  for (const [name, value] of Object.entries(parseEnv(file))) if (value !== undefined) secrets[name] = value;
  const stop = async (): Promise<number | null> => {
    if (!exited) launch.process.kill('SIGINT');
    return launch.exit;
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
    database: new PortalDatabase(folder, secrets),
    delete: async () => {
      await stop();
      deleteFolder(folder);
    },
  };
}
