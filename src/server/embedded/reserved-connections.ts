import postgres, { type ReservedSql, type Sql } from 'postgres';

// Statements that prepare a query and whose result is not read.
const quiet = /^(begin|select set_config\()/;

// Each prepared statement costs memory in each connection, and callers determine how many there are (length of `in` lists).
const mostPrepared = 500;
const longestPreparedCharacters = 8_000;
const preparedTexts = new Set<string>();

function isPrepared(text: string, valueCount: number): boolean {
  if (preparedTexts.has(text)) return true;
  if (valueCount === 0 || text.length > longestPreparedCharacters || preparedTexts.size >= mostPrepared)
    return false;
  preparedTexts.add(text);
  return true;
}

type Unsafe = ReservedSql['unsafe'];

/** The methods of a reserved connection that lite uses. */
export interface ReservedConnection {
  unsafe(text: string, values?: Parameters<Unsafe>[1]): Promise<Iterable<Record<string, unknown>>>;
  release(): void;
}

const closedError = (): Error =>
  Object.assign(new Error('The connection to the database was closed'), { code: 'CONNECTION_CLOSED' });

/**
 * One connection. Statements that open a transaction are sent with its first query, without waiting for them, and
 * statements are prepared, as PostgREST does. If one of them fails, the next query fails with its error; the
 * transaction is aborted, so nothing after it has any effect.
 */
class Slot {
  readonly #options: Sql['options'];
  readonly #onFree: (slot: Slot) => void;
  #client: Sql | null = null;
  #lose: ((error: Error) => void) | null = null;

  constructor(options: Sql['options'], onFree: (slot: Slot) => void) {
    this.#options = options;
    this.#onFree = onFree;
  }

  #open(): Sql {
    const client: Sql = postgres({
      ...this.#options,
      max: 1,
      shared: { retries: 0, typeArrayMap: {} },
      // postgres.js never settles queries on a closed reserved connection, and reports the error that closed it for the
      // next query: so each client has one connection and is used once.
      onclose: () => {
        if (this.#client === client) this.#client = null;
        this.#lose?.(closedError());
        void client.end({ timeout: 0 });
      },
    } as unknown as postgres.Options<Record<string, never>>);
    return client;
  }

  async end(options: { readonly timeout: number }): Promise<void> {
    await this.#client?.end(options);
  }

  async reserve(): Promise<ReservedConnection> {
    this.#client ??= this.#open();
    const reserved = await this.#client.reserve().catch((error: unknown) => {
      this.#onFree(this);
      throw error;
    });
    let failure: { readonly error: unknown } | undefined;
    let isLost = false;
    const loss = new Promise<never>((_resolve, reject) => {
      this.#lose = (error) => {
        isLost = true;
        reject(error);
      };
    });
    // The caller sees the error where it awaits a statement.
    loss.catch(() => {});

    const unsafe: ReservedConnection['unsafe'] = async (text, values = []) => {
      if (isLost) throw closedError();
      const query = reserved.unsafe(text, values, { prepare: isPrepared(text, values.length) });
      const answer = Promise.race([query, loss]);
      if (quiet.test(text)) {
        answer.catch((error: unknown) => (failure ??= { error }));
        return [];
      }
      const outcome = await answer.then(
        (rows) => ({ rows }),
        (error: unknown) => ({ error }),
      );
      const failed = failure ?? ('error' in outcome ? outcome : undefined);
      failure = undefined;
      if (failed) throw failed.error;
      return 'rows' in outcome ? outcome.rows : [];
    };
    const release = (): void => {
      this.#lose = null;
      if (!isLost) reserved.release();
      this.#onFree(this);
    };
    return { unsafe, release };
  }
}

/** A pool of connections, each used by one caller at a time, first come, first served. */
export class ReservedConnections {
  readonly #free: Slot[];
  readonly #slots: readonly Slot[];
  readonly #waiting: ((slot: Slot) => void)[] = [];

  /** @param options of a postgres.js client with the types and address of these connections */
  constructor(options: Sql['options'], count: number) {
    this.#slots = Array.from({ length: count }, () => new Slot(options, (slot) => this.#giveBack(slot)));
    this.#free = [...this.#slots];
  }

  #giveBack(slot: Slot): void {
    const next = this.#waiting.shift();
    if (next) next(slot);
    else this.#free.push(slot);
  }

  async reserve(): Promise<ReservedConnection> {
    // Reuse the latest: its statements are prepared, and idle connections stay idle.
    const slot = this.#free.pop() ?? (await new Promise<Slot>((resolve) => this.#waiting.push(resolve)));
    return slot.reserve();
  }

  async end(options: { readonly timeout: number }): Promise<void> {
    await Promise.all(this.#slots.map((slot) => slot.end(options)));
  }
}
