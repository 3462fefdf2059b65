import net from 'node:net';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { findRunningPostgres } from '#server/embedded/postgres.ts';
import { until } from '#testing/until.ts';

/** The database of a portal, for tests that stop it. */
export class PortalDatabase {
  readonly #folder: string;
  readonly #secrets: Record<string, string>;

  constructor(portalFolder: string, secrets: Record<string, string>) {
    this.#folder = path.join(portalFolder, 'database');
    this.#secrets = secrets;
  }

  get pid(): number | null {
    return findRunningPostgres(this.#folder);
  }

  #signal(name: NodeJS.Signals): void {
    const { pid } = this;
    if (pid === null) return;
    try {
      process.kill(pid, name);
    } catch (error) {
      // It may exit by itself before it gets the signal.
      if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
    }
  }

  /** kill -9; the supervisor starts it again. */
  kill(): void {
    this.#signal('SIGKILL');
  }

  /** Resolves when it responds. */
  async wait(): Promise<void> {
    const address = `${this.#secrets.NEXT_PUBLIC_SUPABASE_URL}/rest/v1/tenants?select=id&limit=1`;
    await until(async () => {
      const answer = await fetch(address, {
        headers: { apikey: this.#secrets.SUPABASE_SECRET_KEY ?? '' },
        // A request sent while it was starting may never get a response.
        signal: AbortSignal.timeout(5_000),
      }).catch(() => null);
      return answer?.status === 200;
    });
  }

  /** Stops it until the returned function is called, which waits until it is back. */
  async hold(): Promise<() => Promise<void>> {
    // Occupies its port, so that its supervisor cannot restart it.
    const port = Number(this.#secrets.TC_PORTAL_DATABASE_PORT);
    const place = net.createServer((socket) => socket.destroy());
    for (const end = Date.now() + 30_000; !place.listening; await sleep(5)) {
      if (Date.now() > end) throw new Error('The database could not be held');
      this.#signal('SIGQUIT');
      await new Promise<void>((resolve) => {
        place.once('error', () => resolve());
        place.listen(port, '127.0.0.1', resolve);
      });
      place.removeAllListeners('error');
    }
    return async () => {
      await new Promise((resolve) => place.close(resolve));
      await this.wait();
    };
  }
}
