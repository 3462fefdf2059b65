import { spawn } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { UnavailableError } from '#domain/errors.ts';
import { createFirstTenant } from '#features/tenants/create-first-tenant.ts';
import { listeningAddress } from '#process/listening-address.ts';
import { buildPages, nextEnvironment } from '#server/build.ts';
import { runsWaiting } from '#process/parent.ts';
import { Child } from '#server/child.ts';
import { Database } from '#server/embedded/database.ts';
import { databaseUrl } from '#server/embedded/surroundings.ts';
import { LogFile } from '#server/log-file.ts';
import { lockFolder, prepareFolder } from '#server/portal-folder.ts';
import { findFreePort, whyStillTaken } from '#server/ports.ts';
import { isJournal, Screen } from './terminal.ts';
import { loadSecrets, type LoadedSecrets, type Secrets } from '#server/secrets.ts';
import { projectFolder, readSettings, type Settings } from '#server/settings.ts';
import { explainStartError, StartProblem } from '#server/start-problem.ts';
import { quietWelcomeText, welcomeText } from '#server/welcome.ts';

interface Running {
  readonly name: string;
  readonly stop: () => Promise<void>;
}

// The processes other than the database, in their start order.
const children = [
  { name: 'portal', file: 'server/portal.ts' },
  { name: 'worker', file: 'worker/main.ts' },
];

/** How long the worker may wait for its runs to finish; the worker itself reports an invalid setting. */
const readGraceMs = ({ WORKER_GRACE_SECONDS: seconds }: NodeJS.ProcessEnv): number =>
  (Number(seconds) || 0) * 1_000;

const firstTenantName = '株式会社サンプル';

// The processes of a killed portal end by themselves within this time.
const msToEndAfterKill = 15_000;

async function checkPort({ host, port }: Settings, msMax = 0): Promise<void> {
  const code = await whyStillTaken(port, host, msMax);
  if (code === null) return;
  if (code === 'EACCES') {
    throw new StartProblem(
      `This user cannot use port ${port}: set PORT to a number above 1023.`,
      `ポート ${port} を使う権限がありません。PORT に 1024 以上の番号を指定してください。`,
    );
  }
  if (code !== 'EADDRINUSE') {
    throw new StartProblem(
      `HOST=${host} is not an address of this machine: use 127.0.0.1, or 0.0.0.0 to allow access from other machines.`,
      `HOST=${host} はこのマシンのアドレスではありません。127.0.0.1 を指定するか、ほかのマシンからも使う場合は 0.0.0.0 を指定してください。`,
    );
  }
  throw new StartProblem(
    `Port ${port} is in use by another program: stop that program, or set another port, for example PORT=${port + 1}.`,
    `ポート ${port} は別のプログラムが使用しています。そのプログラムを停止するか、PORT=${port + 1} のように別の番号を指定してください。`,
  );
}

/** Tests by a sign-in whether the first password is still valid. */
async function isFirstPassword(secrets: Secrets): Promise<boolean> {
  const url = `${secrets.NEXT_PUBLIC_SUPABASE_URL}/auth/v1`;
  const headers = {
    apikey: secrets.NEXT_PUBLIC_SUPABASE_PUBLISHABLE_KEY ?? '',
    'Content-Type': 'application/json',
  };
  const answer = await fetch(`${url}/token?grant_type=password`, {
    method: 'POST',
    headers,
    body: JSON.stringify({
      email: secrets.TC_PORTAL_ADMIN_EMAIL,
      password: secrets.TC_PORTAL_ADMIN_PASSWORD,
    }),
  }).catch(() => null);
  if (!answer?.ok) return false;
  const session = (await answer.json()) as { access_token?: string };
  const bearer = { ...headers, Authorization: `Bearer ${session.access_token}` };
  await fetch(`${url}/logout?scope=local`, { method: 'POST', headers: bearer }).catch(() => null);
  return true;
}

class Supervisor {
  readonly #settings: Settings;
  readonly #screen = new Screen();
  readonly #running: Running[] = [];
  readonly #abort = new AbortController();
  #worker: Child | undefined;

  constructor(settings: Settings) {
    this.#settings = settings;
  }

  #log(name: string): LogFile {
    return new LogFile(path.join(this.#settings.folder, 'logs', `${name}.log`));
  }

  #onRestart = (name: string, delay: number): void => {
    this.#screen.step(
      `${name} stopped unexpectedly and restarts in ${delay / 1_000} s (see the logs) / ${name} が停止したため、${delay / 1_000} 秒後に再起動します`,
    );
  };

  #throwIfStopped(): void {
    this.#abort.signal.throwIfAborted();
  }

  async #startChild(
    name: string,
    file: string,
    environment: NodeJS.ProcessEnv,
    toScreen = false,
  ): Promise<Child> {
    this.#throwIfStopped();
    const child = new Child({
      name,
      file: path.join(projectFolder, 'src', file),
      environment,
      cwd: projectFolder,
      log: this.#log(name),
      toScreen,
      onRestart: this.#onRestart,
      graceMs: name === 'worker' ? readGraceMs(environment) : 0,
      onMessage: (message) => {
        if (message === runsWaiting) this.#worker?.tell(runsWaiting);
      },
    });
    if (name === 'worker') this.#worker = child;
    this.#running.push({ name, stop: () => child.stop() });
    await child.start().catch((error: unknown) => {
      this.#throwIfStopped();
      if (name === 'portal' && child.tail.includes('cannot listen: EADDRINUSE'))
        return checkPort(this.#settings);
      const reason =
        child.tail
          .trim()
          .split('\n')
          .find((line) => /error/i.test(line)) ?? String(error);
      throw new StartProblem(
        `The ${name} process did not start (${reason.trim().slice(0, 200)}): see ${this.#log(name).file}.`,
        `${name} を起動できませんでした。${this.#log(name).file} を確認してください。`,
      );
    });
    return child;
  }

  /** Starts the database, schema and Data API. Returns what the other processes need to reach them. */
  async #startSupabase({ values }: LoadedSecrets, msToWait: number): Promise<Secrets> {
    const { folder } = this.#settings;
    const log = this.#log('database');
    const dataFolder = path.join(folder, 'database');
    this.#screen.step(
      fs.existsSync(dataFolder)
        ? 'Starting the database / データベースを起動'
        : 'Creating the database / データベースを作成',
    );
    const database = new Database({
      dataFolder,
      port: Number(values.TC_PORTAL_DATABASE_PORT),
      password: values.TC_PORTAL_DATABASE_PASSWORD ?? '',
      migrationsFolder: path.join(projectFolder, 'supabase', 'migrations'),
      log: (text) => log.write(text),
      onRestart: (delay) => this.#onRestart('The database', delay),
    });
    this.#running.push({ name: 'database', stop: () => database.stop() });
    await database.start();
    const wanted = Number(values.TC_PORTAL_DATA_API_PORT);
    const isFree = (await whyStillTaken(wanted, '127.0.0.1', msToWait)) === null;
    const apiPort = isFree ? wanted : await findFreePort([this.#settings.port]);
    await this.#startChild('data-api', 'server/embedded/data-api.ts', {
      NODE_ENV: 'production',
      PATH: process.env.PATH,
      SystemRoot: process.env.SystemRoot,
      LITE_TELEMETRY: '0',
      DO_NOT_TRACK: '1',
      LITE_AUTH_BCRYPT_COST: process.env.LITE_AUTH_BCRYPT_COST,
      PORTAL_DATABASE_URL: databaseUrl(database.address, 'authenticator'),
      PORTAL_DATA_FOLDER: dataFolder,
      PORTAL_DATA_API_PORT: String(apiPort),
      PORTAL_JWT_SECRET: values.TC_PORTAL_JWT_SECRET,
      NEXT_PUBLIC_SUPABASE_PUBLISHABLE_KEY: values.NEXT_PUBLIC_SUPABASE_PUBLISHABLE_KEY,
      SUPABASE_SECRET_KEY: values.SUPABASE_SECRET_KEY,
    });
    return { NEXT_PUBLIC_SUPABASE_URL: `http://127.0.0.1:${apiPort}` };
  }

  async #prepareSupabase(loaded: LoadedSecrets, msToWait: number): Promise<Secrets> {
    const supabase = loaded.embedded ? await this.#startSupabase(loaded, msToWait) : {};
    const secrets = { ...loaded.values, ...supabase };
    Object.assign(process.env, {
      NEXT_PUBLIC_SUPABASE_URL: secrets.NEXT_PUBLIC_SUPABASE_URL,
      NEXT_PUBLIC_SUPABASE_PUBLISHABLE_KEY: secrets.NEXT_PUBLIC_SUPABASE_PUBLISHABLE_KEY,
      SUPABASE_SECRET_KEY: secrets.SUPABASE_SECRET_KEY,
    });
    this.#throwIfStopped();
    await createFirstTenant({
      name: firstTenantName,
      email: secrets.TC_PORTAL_ADMIN_EMAIL ?? '',
      password: secrets.TC_PORTAL_ADMIN_PASSWORD ?? '',
    }).catch((error: unknown) => {
      if (loaded.embedded || !(error instanceof UnavailableError)) throw error;
      const { secretsFile } = this.#settings;
      const url = secrets.NEXT_PUBLIC_SUPABASE_URL;
      throw new StartProblem(
        `The Supabase project at ${url} does not respond, or has no tables yet: check NEXT_PUBLIC_SUPABASE_URL in ${secretsFile} and the network, and apply the migrations (docs/operations.md).`,
        `Supabase（${url}）が応答しないか、テーブルがまだありません。${secretsFile} の NEXT_PUBLIC_SUPABASE_URL とネットワークを確認し、マイグレーションを適用してください（docs/operations.md）。`,
      );
    });
    return secrets;
  }

  async #build(): Promise<void> {
    if (this.#settings.dev) return;
    const report = (seconds: number): void =>
      this.#screen.step(`Building the pages / ページをビルド中 … ${seconds} s`);
    if (await buildPages(this.#log('build'), report, this.#abort.signal))
      this.#screen.step('Built the pages / ページをビルドしました');
  }

  async #fillDemo(environment: NodeJS.ProcessEnv): Promise<void> {
    this.#screen.step('Adding example data / サンプルデータを作成');
    const script = path.join(projectFolder, 'scripts', 'demo-data.mjs');
    const code = await new Promise<number | null>((resolve, reject) => {
      const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', script], {
        cwd: projectFolder,
        env: environment,
        stdio: ['ignore', 'inherit', 'inherit'],
        signal: this.#abort.signal,
        windowsHide: true,
      });
      child.once('error', reject);
      child.once('close', resolve);
    });
    if (code !== 0)
      this.#screen.step(
        'The example data could not be added completely / サンプルデータの一部を作成できませんでした',
      );
  }

  async start(): Promise<void> {
    const { dev, demo, hasWorker, host, port, folder, secretsFile } = this.#settings;
    prepareFolder(folder);
    const lock = lockFolder(folder, listeningAddress(this.#settings));
    this.#running.push({ name: 'lock', stop: async () => lock.release() });
    const msToWait = lock.followsKilled ? msToEndAfterKill : 0;
    await checkPort(this.#settings, msToWait);
    const loaded = await loadSecrets(secretsFile, process.env);
    const build = this.#build();
    // The error is reported where the build is awaited.
    build.catch(() => {});
    const secrets = await this.#prepareSupabase(loaded, msToWait);
    await build;
    const environment = nextEnvironment(
      { ...process.env, ...secrets, HOST: host, PORT: String(port), PORTAL_DEV: dev ? '1' : '0' },
      dev ? 'development' : 'production',
    );
    this.#screen.step('Starting the portal / ポータルを起動');
    for (const { name, file } of children) {
      if (name === 'worker' && !hasWorker) {
        this.#screen.step(
          'No worker starts here, because of JOB_WORKER_ENABLED / JOB_WORKER_ENABLED の指定により、ワーカーは起動しません',
        );
        continue;
      }
      await this.#startChild(name, file, environment, dev);
    }
    if (demo) await this.#fillDemo(environment);
    this.#throwIfStopped();
    const address = listeningAddress(this.#settings);
    if (isJournal(process.env, process.stdout.fd)) {
      return this.#screen.text(quietWelcomeText({ address, secretsFile, replaced: loaded.replaced }));
    }
    this.#screen.text(
      welcomeText(
        {
          address,
          email: secrets.TC_PORTAL_ADMIN_EMAIL ?? '',
          password: (await isFirstPassword(secrets)) ? (secrets.TC_PORTAL_ADMIN_PASSWORD ?? '') : null,
          webhookSecret: secrets.TC_PORTAL_WEBHOOK_SECRET ?? '',
          secretsFile,
          replaced: loaded.replaced,
        },
        new Date(),
      ),
    );
  }

  /** Stops everything in reverse order, so that no process loses a database that it still writes to. */
  async stop(): Promise<void> {
    this.#abort.abort();
    for (let next = this.#running.pop(); next; next = this.#running.pop()) {
      await next.stop().catch(() => {});
    }
  }
}

/** Starts the portal and waits until it ends. Returns the exit code. */
export async function start(args: readonly string[]): Promise<number> {
  const settings = readSettings(process.env, args);
  const supervisor = new Supervisor(settings);
  const asked = new Promise<void>((resolve) => {
    for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGBREAK'] as const)
      process.on(name, () => resolve());
    // The launcher that started a newer Node has ended.
    process.on('disconnect', () => resolve());
  });
  const failed = new Promise<unknown>((resolve) => {
    supervisor.start().catch(resolve);
    // Exiting at once would leave the database running.
    for (const name of ['unhandledRejection', 'uncaughtException'] as const) process.on(name, resolve);
  });
  const error = await Promise.race([asked, failed]);
  if (error === undefined) process.stdout.write('\nStopping / 停止しています …\n');
  await supervisor.stop();
  if (error === undefined) return 0;
  const reason = error instanceof Error ? error.message : String(error);
  const logs = path.join(settings.folder, 'logs');
  throw (
    explainStartError(error, settings.folder) ??
    new StartProblem(
      `The portal could not start (${reason}): see ${logs}.`,
      `ポータルを起動できませんでした。${logs} を確認してください。`,
    )
  );
}
