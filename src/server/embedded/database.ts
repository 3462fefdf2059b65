import { setTimeout as sleep } from 'node:timers/promises';
import postgres from 'postgres';
import { Restarter } from '#server/child.ts';
import { applyMigrations } from '#server/embedded/migrations.ts';
import {
  PortTakenError,
  resetPassword,
  startPostgres,
  superuser,
  type PostgresOptions,
  type RunningPostgres,
} from '#server/embedded/postgres.ts';
import { databaseUrl, prepareSurroundings, type DatabaseAddress } from '#server/embedded/surroundings.ts';
import { findFreePort } from '#server/ports.ts';
import { damagedFolder } from '#server/start-problem.ts';

/** Where the database is and how it runs. */
export interface DatabaseOptions extends PostgresOptions {
  readonly migrationsFolder: string;
  readonly onRestart: (delay: number) => void;
}

async function passwordIsWrong(address: DatabaseAddress): Promise<boolean> {
  const sql = postgres(databaseUrl(address, superuser), { max: 1, onnotice: () => {}, connect_timeout: 10 });
  try {
    for (let attempt = 1; ; attempt++) {
      try {
        await sql`select 1`;
        return false;
      } catch (error) {
        const code = error instanceof Error && 'code' in error ? String(error.code) : '';
        if (code === '28P01') return true;
        // Still recovering after a crash.
        if (code !== '57P03' || attempt > 600) throw error;
        await sleep(100);
      }
    }
  } finally {
    await sql.end({ timeout: 1 });
  }
}

/** The embedded database, restarted when it dies. */
export class Database {
  readonly #options: DatabaseOptions;
  readonly #restarter = new Restarter();
  #server: RunningPostgres | undefined;
  readonly #abort = new AbortController();
  #port: number;
  #launching: Promise<void> = Promise.resolve();

  constructor(options: DatabaseOptions) {
    this.#options = options;
    this.#port = options.port;
  }

  get address(): DatabaseAddress {
    return { port: this.#port, password: this.#options.password };
  }

  get pid(): number | undefined {
    return this.#server?.pid;
  }

  /** Starts the database and updates its schema. */
  async start(): Promise<void> {
    await this.#launch();
    if (await passwordIsWrong(this.address)) {
      // The secrets file was lost or replaced, but the data folder is still ours.
      const server = this.#server;
      this.#server = undefined;
      await server?.stop();
      await server?.exited;
      resetPassword(this.#options);
      await this.#launch();
      if (await passwordIsWrong(this.address))
        throw damagedFolder(this.#options.dataFolder, 'its users cannot be read');
    }
    await prepareSurroundings(this.address);
    const { migrationsFolder, dataFolder } = this.#options;
    await applyMigrations(databaseUrl(this.address, 'postgres'), migrationsFolder, dataFolder);
  }

  #launch(): Promise<void> {
    this.#launching = this.#startServer();
    return this.#launching;
  }

  async #startServer(): Promise<void> {
    for (let attempt = 1; !this.#server; attempt++) {
      try {
        this.#server = await startPostgres({ ...this.#options, port: this.#port }, this.#abort.signal);
      } catch (error) {
        // The port is fixed once the Data API knows it.
        if (!(error instanceof PortTakenError) || attempt > 5 || this.#restarter.hasStarted) throw error;
        this.#port = await findFreePort();
      }
    }
    this.#restarter.started();
    const server = this.#server;
    void server.exited.then(() => {
      if (this.#abort.signal.aborted || this.#server !== server) return;
      this.#server = undefined;
      this.#restarter.schedule(() => this.#launch(), this.#options.onRestart);
    });
  }

  /** Stops the database after it has written all data, even if it is still starting. */
  async stop(): Promise<void> {
    this.#abort.abort();
    this.#restarter.stop();
    await this.#launching.catch(() => {});
    await this.#server?.stop();
  }
}
