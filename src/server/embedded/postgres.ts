import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  damagedFolder,
  explainFolderError,
  explainServerEnd,
  lastError,
  StartProblem,
} from '#server/start-problem.ts';
import { findBinaries } from '#server/embedded/binaries.ts';
import { installPgmq } from '#server/embedded/pgmq.ts';
import { choosePostgresUser, type PostgresUser } from '#server/embedded/postgres-user.ts';

const majorVersion = '17';

/** The superuser, named as on hosted Supabase; `postgres` is an ordinary owner there and here. */
export const superuser = 'supabase_admin';

export interface PostgresOptions {
  readonly dataFolder: string;
  readonly port: number;
  readonly password: string;
  readonly log: (text: string) => void;
  /** False only in tests: a power cut may then lose data. */
  readonly durable?: boolean;
}

/** A PostgreSQL server that is ready for connections. */
export interface RunningPostgres {
  readonly pid: number;
  readonly exited: Promise<void>;
  stop(): Promise<void>;
}

// Statements are never logged: they contain secrets and users' data.
const settings = (durable: boolean): string => `# Written at every start: changes are lost.
listen_addresses = '127.0.0.1'
unix_socket_directories = ''
max_connections = 100
shared_buffers = 128MB
work_mem = 8MB
maintenance_work_mem = 64MB
random_page_cost = 1.1
jit = off
min_wal_size = 80MB
max_wal_size = 512MB
wal_compression = on
fsync = ${durable ? 'on' : 'off'}
synchronous_commit = ${durable ? 'on' : 'off'}
full_page_writes = ${durable ? 'on' : 'off'}
idle_in_transaction_session_timeout = 60s
password_encryption = scram-sha-256
timezone = 'UTC'
log_timezone = 'UTC'
lc_messages = 'C'
log_min_messages = warning
log_min_error_statement = panic
log_parameter_max_length = 0
log_parameter_max_length_on_error = 0
`;

function environment(): NodeJS.ProcessEnv {
  const kept: NodeJS.ProcessEnv = { NODE_ENV: 'production', LC_ALL: 'C', TZ: 'UTC' };
  for (const name of ['PATH', 'SystemRoot', 'TEMP', 'TMP', 'USERPROFILE', 'APPDATA', 'LD_LIBRARY_PATH']) {
    if (process.env[name] !== undefined) kept[name] = process.env[name];
  }
  return kept;
}

/** Stops a program if the start is aborted, and still waits for its end, because it writes into the folder. */
function endOnAbort(child: ChildProcess, name: NodeJS.Signals, signal: AbortSignal): void {
  const end = (): void => void child.kill(name);
  signal.addEventListener('abort', end, { once: true });
  child.once('close', () => signal.removeEventListener('abort', end));
}

async function create(
  options: PostgresOptions,
  initdb: string,
  user: PostgresUser,
  signal: AbortSignal,
): Promise<void> {
  const unfinished = `${options.dataFolder}.new`;
  const passwordFile = `${options.dataFolder}.password`;
  fs.rmSync(unfinished, { recursive: true, force: true });
  fs.mkdirSync(unfinished, { recursive: true, mode: 0o700 });
  fs.writeFileSync(passwordFile, options.password, { mode: 0o600 });
  if (user.ids.uid !== undefined && user.ids.gid !== undefined) {
    fs.chownSync(unfinished, user.ids.uid, user.ids.gid);
    fs.chownSync(passwordFile, user.ids.uid, user.ids.gid);
  }
  try {
    const [program, args] = user.wrap(initdb, [
      `--pgdata=${unfinished}`,
      `--username=${superuser}`,
      `--pwfile=${passwordFile}`,
      '--auth=scram-sha-256',
      '--encoding=UTF8',
      // Not the system's collation: a system update would silently damage indexes.
      '--locale-provider=builtin',
      '--builtin-locale=C.UTF-8',
      '--locale=C',
      '--data-checksums',
      ...(options.durable === false ? ['--no-sync'] : []),
    ]);
    const output: string[] = [];
    const code = await new Promise<number | null>((resolve, reject) => {
      const child = spawn(program, args, {
        ...(program === initdb ? user.ids : {}),
        env: environment(),
        stdio: ['ignore', 'pipe', 'pipe'],
        windowsHide: true,
      });
      endOnAbort(child, 'SIGTERM', signal);
      for (const stream of [child.stdout, child.stderr])
        stream.on('data', (chunk) => output.push(String(chunk)));
      child.once('error', reject);
      child.once('close', resolve);
    });
    const text = output.join('');
    options.log(text);
    signal.throwIfAborted();
    if (code !== 0) {
      const problem = explainFolderError(text, options.dataFolder);
      if (problem) throw problem;
      throw new StartProblem(
        `The database could not be created in ${options.dataFolder}: ${lastError(text)}.`,
        `${options.dataFolder} にデータベースを作成できませんでした。`,
      );
    }
    fs.appendFileSync(path.join(unfinished, 'postgresql.conf'), "\ninclude 'portal.conf'\n");
    // A rename is atomic, so an interrupted start leaves nothing half created.
    fs.renameSync(unfinished, options.dataFolder);
  } finally {
    fs.rmSync(passwordFile, { force: true });
    fs.rmSync(unfinished, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  }
}

function checkDataFolder(folder: string): void {
  const versionFile = path.join(folder, 'PG_VERSION');
  if (!fs.existsSync(versionFile)) throw damagedFolder(folder, 'the file PG_VERSION is missing');
  const version = fs.readFileSync(versionFile, 'utf8').trim();
  if (version !== majorVersion) {
    throw damagedFolder(
      folder,
      `it belongs to PostgreSQL ${version.slice(0, 20)}, and this portal brings ${majorVersion}`,
    );
  }
  for (const needed of ['global/pg_control', 'base', 'pg_wal', 'postgresql.conf', 'pg_hba.conf']) {
    if (!fs.existsSync(path.join(folder, needed))) throw damagedFolder(folder, `${needed} is missing`);
  }
}

function commandOf(pid: number): string {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EPERM')) return '';
  }
  const query =
    process.platform === 'win32'
      ? spawnSync('tasklist', ['/FI', `PID eq ${pid}`, '/FO', 'CSV', '/NH'], { windowsHide: true })
      : spawnSync('ps', ['-p', String(pid), '-o', 'stat=,args=']);
  if (query.error && process.platform === 'linux') {
    return fs.existsSync(`/proc/${pid}/cmdline`) ? fs.readFileSync(`/proc/${pid}/cmdline`, 'utf8') : '';
  }
  const line = query.stdout?.toString().trim() ?? '';
  return line.startsWith('Z') ? '' : line;
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch {
    // It has already ended.
  }
}

/** Returns the process id of the PostgreSQL server that runs on this folder, however it was started. */
export function findRunningPostgres(dataFolder: string): number | null {
  let text: string;
  try {
    text = fs.readFileSync(path.join(dataFolder, 'postmaster.pid'), 'utf8');
  } catch {
    // A server that ends deletes its file at any moment.
    return null;
  }
  const pid = Number.parseInt(text.split('\n')[0] ?? '', 10);
  return Number.isInteger(pid) && pid > 1 && commandOf(pid).includes('postgres') ? pid : null;
}

/** Stops the server on this folder: ends its sessions and writes all committed data. */
export async function stopPostgres(dataFolder: string): Promise<void> {
  const pid = findRunningPostgres(dataFolder);
  if (pid === null) return;
  const steps: [NodeJS.Signals, number][] = [
    ['SIGINT', 20_000],
    ['SIGQUIT', 5_000],
    ['SIGKILL', 2_000],
  ];
  for (const [name, patience] of steps) {
    signal(pid, name);
    for (const end = Date.now() + patience; Date.now() < end; await sleep(50)) {
      if (commandOf(pid) === '') return;
    }
  }
}

/**
 * Stops the server that a killed start left running, unless the next start has already replaced it.
 * @param pid of the server at the moment when its start was killed
 */
export async function stopOrphanedPostgres(dataFolder: string, pid: number | null): Promise<void> {
  if (pid !== null && findRunningPostgres(dataFolder) === pid) await stopPostgres(dataFolder);
}

async function launch(
  options: PostgresOptions,
  postgres: string,
  user: PostgresUser,
  signal: AbortSignal,
): Promise<RunningPostgres | string> {
  const [program, args] = user.wrap(postgres, ['-D', options.dataFolder, '-p', String(options.port)]);
  const child: ChildProcess = spawn(program, args, {
    ...(program === postgres ? user.ids : {}),
    cwd: path.dirname(options.dataFolder),
    env: environment(),
    stdio: ['ignore', 'ignore', 'pipe'],
    // Ctrl-C reaches the terminal's whole process group, and PostgreSQL must outlive the processes that write to it.
    detached: true,
    windowsHide: true,
  });
  endOnAbort(child, 'SIGINT', signal);
  let output = '';
  const exited = new Promise<void>((resolve) => {
    child.once('error', (error) => {
      output += `FATAL: ${error.message}\n`;
      resolve();
    });
    child.once('close', () => resolve());
  });
  const ready = new Promise<true>((resolve) => {
    child.stderr?.on('data', (chunk) => {
      const text = String(chunk);
      options.log(text);
      output = (output + text).slice(-8_000);
      if (output.includes('ready to accept connections')) resolve(true);
    });
  });
  if ((await Promise.race([ready, exited])) !== true) return output;
  return { pid: child.pid!, exited, stop: () => stopPostgres(options.dataFolder) };
}

/**
 * Starts PostgreSQL on its folder and creates the folder on the first call. Replaces a server left over from a crash.
 * @param signal stops the server, or the program that creates its folder, at any moment; no process is left running
 */
export async function startPostgres(options: PostgresOptions, signal: AbortSignal): Promise<RunningPostgres> {
  const { dataFolder } = options;
  const binaries = findBinaries();
  installPgmq(binaries.extensionFolder);
  const user = choosePostgresUser([path.dirname(dataFolder), path.dirname(binaries.postgres)]);
  try {
    fs.mkdirSync(path.dirname(dataFolder), { recursive: true });
    if (!fs.existsSync(dataFolder) || fs.readdirSync(dataFolder).length === 0) {
      fs.rmSync(dataFolder, { recursive: true, force: true });
      await create(options, binaries.initdb, user, signal);
    }
    checkDataFolder(dataFolder);
    // PostgreSQL refuses a folder that other users can enter, as it often is after a backup was copied back.
    fs.chmodSync(dataFolder, 0o700);
    await stopPostgres(dataFolder);
    fs.writeFileSync(path.join(dataFolder, 'portal.conf'), settings(options.durable !== false), {
      mode: 0o644,
    });
  } catch (error) {
    throw error instanceof StartProblem ? error : (explainFolderError(error, dataFolder) ?? error);
  }
  const pidFile = path.join(dataFolder, 'postmaster.pid');
  for (let attempt = 1; ; attempt++) {
    // Another program may now have this process id, and PostgreSQL would then refuse to start.
    if (findRunningPostgres(dataFolder) === null) fs.rmSync(pidFile, { force: true });
    signal.throwIfAborted();
    const result = await launch(options, binaries.postgres, user, signal);
    if (typeof result !== 'string') return result;
    signal.throwIfAborted();
    // After a kill -9 the old server's last processes need a moment to end.
    if (attempt < 20 && /shared memory block|lock file .* already exists/.test(result)) {
      await sleep(250);
      continue;
    }
    if (/could not bind|Address already in use/.test(result)) throw new PortTakenError(options.port);
    throw explainServerEnd(result, dataFolder);
  }
}

/** Another program took the port after it was chosen. */
export class PortTakenError extends Error {
  override name = 'PortTakenError';

  constructor(port: number) {
    super(`Port ${port} is in use.`);
  }
}

/** Sets a new password for the roles that sign in, without the old one. The server must not be running. */
export function resetPassword(options: Pick<PostgresOptions, 'dataFolder' | 'password'>): void {
  const binaries = findBinaries();
  const user = choosePostgresUser([path.dirname(options.dataFolder), path.dirname(binaries.postgres)]);
  const [program, args] = user.wrap(binaries.postgres, ['--single', '-D', options.dataFolder, 'postgres']);
  const quoted = options.password.replaceAll("'", "''");
  spawnSync(program, args, {
    ...(program === binaries.postgres ? user.ids : {}),
    cwd: path.dirname(options.dataFolder),
    env: environment(),
    input: [superuser, 'postgres', 'authenticator']
      .map((role) => `alter role ${role} password '${quoted}';\n`)
      .join(''),
    windowsHide: true,
  });
}
