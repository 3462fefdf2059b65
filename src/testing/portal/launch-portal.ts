import { spawn, type ChildProcess } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { projectFolder } from '#server/settings.ts';

/** The options of a test's portal. */
export interface TestPortalOptions {
  /** An existing PORTAL_DIR, to start again with the data of an earlier portal. */
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

const foreign =
  /^(PORT|HOST|PORTAL_.*|NODE_ENV|NODE_OPTIONS|VITEST.*|TEST|SUPABASE_.*|NEXT_.*|__NEXT_.*|TC_PORTAL_.*|CRON_SECRET|JOB_WORKER_ENABLED)$/;

/** Creates a temporary folder with a space in its name, because such paths must work. */
export function makePortalFolder(): string {
  return fs.mkdtempSync(path.join(os.tmpdir(), 'tc portal '));
}

/** Runs the script of `npm start`; the start can fail. */
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
    // The channel closes with the test process, and the portal stops with the channel.
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk) => (output += String(chunk)));
  const exit = new Promise<number | null>((resolve) => child.once('close', (code) => resolve(code)));
  // It must not keep the test process alive.
  child.channel?.unref();
  return { process: child, exit, output: () => output };
}
