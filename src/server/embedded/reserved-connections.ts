import postgres, { type ReservedSql, type Sql } from 'postgres';

// What prepares the ground for a query and answers nothing that anybody reads.
const quiet = /^(begin|select set_config\()/;

// Each prepared statement costs memory in each connection, and its number is the callers' choice (length of `in` lists).
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

/** What is used of a connection that one caller has to itself. */
export interface ReservedConnection {
  unsafe(text: string, values?: Parameters<Unsafe>[1]): Promise<Iterable<Record<string, unknown>>>;
  release(): void;
}

const closedError = (): Error =>
  Object.assign(new Error('The connection to the database was closed'), { code: 'CONNECTION_CLOSED' });

/**
 * One connection. What opens a transaction is sent together with its first query instead of being waited for, and statements
 * are prepared, as PostgREST does. A statement that was not waited for and failed makes the next one fail with its error; the
 * transaction is aborted then, so nothing that follows it has happened.
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
      // postgres.js neither answers nor refuses what is asked of a reserved connection that has closed, and blames the next
      // query for the error that closed it: so each client has one connection, once.
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
    // Whoever waits for a statement learns of it there.
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

/** As many connections as asked for, each given to one caller at a time, first come, first served. */
export class ReservedConnections {
  readonly #free: Slot[];
  readonly #slots: readonly Slot[];
  readonly #waiting: ((slot: Slot) => void)[] = [];

  /** @param options of a postgres.js client whose types and address these connections share */
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
    // The one used last: its statements are prepared, and idle ones stay idle.
    const slot = this.#free.pop() ?? (await new Promise<Slot>((resolve) => this.#waiting.push(resolve)));
    return slot.reserve();
  }

  async end(options: { readonly timeout: number }): Promise<void> {
    await Promise.all(this.#slots.map((slot) => slot.end(options)));
  }
}
