import postgres from 'postgres';

type Driver = ReturnType<typeof postgres>;

interface Slot {
  readonly client: Driver;
  /** Its server is gone: what it would send now would be part of no transaction. */
  isLost: boolean;
}

const lost = (): Error =>
  Object.assign(new Error('The connection to the database was closed'), { code: 'CONNECTION_CLOSED' });

const endsConnection = (error: unknown): boolean =>
  error instanceof Error &&
  'code' in error &&
  /^(08...|57P0[1-3]|ECONN.*|EPIPE|ETIMEDOUT|CONN.*)$/.test(String(error.code));

/** Connections for one holder at a time, each a client of its own that is thrown away with its server. */
class ReservedConnections {
  readonly #options: Driver['options'];
  readonly #max: number;
  readonly #slots = new Set<Slot>();
  readonly #idle: Slot[] = [];
  readonly #waiting: ((slot: Slot) => void)[] = [];

  constructor(options: Driver['options'], max: number) {
    this.#options = options;
    this.#max = max;
  }

  /** What `reserve` of the driver answers, as far as kysely uses it. */
  async reserve(): Promise<Pick<postgres.ReservedSql, 'unsafe' | 'release'>> {
    const slot = await this.#take();
    const unsafe = (text: string, parameters?: never[]) => {
      if (slot.isLost) return Promise.reject(lost());
      return slot.client.unsafe(text, parameters).catch((error: unknown) => {
        if (endsConnection(error)) slot.isLost = true;
        throw error;
      });
    };
    return { unsafe: unsafe as postgres.ReservedSql['unsafe'], release: () => this.#release(slot) };
  }

  async #take(): Promise<Slot> {
    for (let slot = this.#idle.pop(); slot; slot = this.#idle.pop()) {
      if (!slot.isLost) return slot;
      this.#discard(slot);
    }
    if (this.#slots.size < this.#max) return this.#open();
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  #release(slot: Slot): void {
    if (slot.isLost) this.#discard(slot);
    const next = this.#waiting.shift();
    if (next) next(slot.isLost ? this.#open() : slot);
    else if (!slot.isLost) this.#idle.push(slot);
  }

  #open(): Slot {
    // What is parsed already is taken as it is.
    const options = { ...this.#options, max: 1, onclose: () => (slot.isLost = true) };
    const slot: Slot = { client: postgres(options as unknown as postgres.Options<never>), isLost: false };
    this.#slots.add(slot);
    return slot;
  }

  #discard(slot: Slot): void {
    this.#slots.delete(slot);
    slot.client.end({ timeout: 0 }).catch(() => {});
  }

  async end(options?: { timeout?: number }): Promise<void> {
    await Promise.all([...this.#slots].map(({ client }) => client.end(options)));
  }
}

/**
 * Gives a driver a `reserve` that outlives the database. That of postgres 3.4.9 goes on writing to a connection that the
 * server has closed, which ends the process, and loses places of its pool (porsager/postgres#1208, #1154).
 */
export function reserveSafely(driver: Driver, connections: number): void {
  const reserved = new ReservedConnections(driver.options, connections);
  const end = driver.end.bind(driver);
  Object.assign(driver, {
    reserve: () => reserved.reserve(),
    end: (options?: { timeout?: number }) => Promise.all([end(options), reserved.end(options)]),
  });
}
