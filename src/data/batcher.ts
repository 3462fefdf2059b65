import { UnavailableError } from '#domain/errors.ts';

interface BatcherSettings<Item, Answer> {
  /** Resolves with one answer per item, in the same order, after they are committed. */
  send: (items: Item[], signal: AbortSignal) => Promise<Answer[]>;
  itemsPerCallMax: number;
  bytesPerCallMax?: number;
  callsInFlightMax: number;
  callMsMax: number;
  /** How long an item waits for others. Default: until the end of the event loop turn. */
  gatherMs?: number;
  waiting?: WaitingLimits;
  /** Whether sending the same items again may succeed. Default: for an UnavailableError. */
  isPassing?: (error: unknown) => boolean;
  again?: SendingAgain<Item>;
}

/** Limits on waiting items; an item beyond them is rejected at once. */
interface WaitingLimits {
  itemsMax: number;
  bytesMax: number;
  /** How long an item waits for its commit, including queue and call. */
  msMax: number;
  fullMessage: string;
  lateMessage: string;
}

/** Resends items that failed for a temporary reason, with back-off. */
interface SendingAgain<Item> {
  isWorthwhile: (item: Item) => boolean;
  msMin: number;
  msMax: number;
  onFailure: (error: unknown, counts: { kept: number; dropped: number }) => void;
}

interface Entry<Item, Answer> {
  item: Item;
  bytes: number;
  isSettled: boolean;
  resolve: (answer: Answer) => void;
  reject: (error: unknown) => void;
}

/**
 * Collects items that arrive during a call and sends them together in the next one. Each waits for its own commit
 * [rule 1: commit before answer]; `waiting` limits the time and memory [rule 7: database away].
 */
export class Batcher<Item, Answer> {
  readonly #settings: BatcherSettings<Item, Answer>;
  #waiting: Entry<Item, Answer>[] = [];
  #waitingBytes = 0;
  #callsInFlight = 0;
  #isFlushPlanned = false;
  #isPaused = false;
  #againMs: number;

  constructor(settings: BatcherSettings<Item, Answer>) {
    this.#settings = settings;
    this.#againMs = settings.again?.msMin ?? 0;
  }

  /**
   * Sends an item together with others and waits for its commit.
   * @param bytes the memory that it uses while it waits
   * @throws UnavailableError if the queue is full, the time is over or the database is unavailable; otherwise the item's own
   * error
   */
  add(item: Item, bytes = 0): Promise<Answer> {
    const { waiting } = this.#settings;
    const isFull =
      waiting && (this.#waiting.length >= waiting.itemsMax || this.#waitingBytes + bytes > waiting.bytesMax);
    if (isFull) return Promise.reject(new UnavailableError(waiting.fullMessage));
    return new Promise((resolve, reject) => {
      const settle = (then: () => void): void => {
        if (entry.isSettled) return;
        entry.isSettled = true;
        clearTimeout(timer);
        then();
      };
      const entry: Entry<Item, Answer> = {
        item,
        bytes,
        isSettled: false,
        resolve: (answer) => settle(() => resolve(answer)),
        reject: (error) => settle(() => reject(error)),
      };
      const timer = waiting && setTimeout(() => this.#giveUp(entry, waiting.lateMessage), waiting.msMax);
      this.#waiting.push(entry);
      this.#waitingBytes += bytes;
      this.#planFlush();
    });
  }

  #giveUp(entry: Entry<Item, Answer>, message: string): void {
    entry.reject(new UnavailableError(message));
    this.#waiting = this.#waiting.filter(({ isSettled }) => !isSettled);
    this.#waitingBytes = this.#waiting.reduce((sum, { bytes }) => sum + bytes, 0);
  }

  #planFlush(): void {
    if (this.#isFlushPlanned || this.#isPaused) return;
    const { callsInFlightMax, gatherMs } = this.#settings;
    if (this.#callsInFlight >= callsInFlightMax) return;
    this.#isFlushPlanned = true;
    const flush = (): void => {
      this.#isFlushPlanned = false;
      this.#flush();
    };
    // Items added in the same event loop turn are sent together.
    if (gatherMs === undefined) setImmediate(flush);
    else setTimeout(flush, gatherMs);
  }

  #flush(): void {
    while (
      !this.#isPaused &&
      this.#waiting.length > 0 &&
      this.#callsInFlight < this.#settings.callsInFlightMax
    ) {
      void this.#call(this.#takeBatch());
    }
  }

  #takeBatch(): Entry<Item, Answer>[] {
    const { itemsPerCallMax, bytesPerCallMax = Infinity } = this.#settings;
    let count = 0;
    let bytes = 0;
    for (const entry of this.#waiting) {
      if (count >= itemsPerCallMax || (count > 0 && bytes + entry.bytes > bytesPerCallMax)) break;
      count += 1;
      bytes += entry.bytes;
    }
    this.#waitingBytes -= bytes;
    return this.#waiting.splice(0, count);
  }

  async #call(batch: Entry<Item, Answer>[]): Promise<void> {
    this.#callsInFlight += 1;
    try {
      await this.#sendOrSplit(batch);
      this.#againMs = this.#settings.again?.msMin ?? 0;
    } catch (error) {
      this.#keepOrReject(
        batch.filter(({ isSettled }) => !isSettled),
        error,
      );
    } finally {
      this.#callsInFlight -= 1;
      if (this.#waiting.length > 0) this.#planFlush();
    }
  }

  // If the data of a batch is rejected, split it in half until the faulty item is alone, so that it cannot fail the others.
  async #sendOrSplit(batch: Entry<Item, Answer>[]): Promise<void> {
    const entries = batch.filter((entry) => !entry.isSettled);
    if (entries.length === 0) return;
    const { send, callMsMax, isPassing = isUnavailable } = this.#settings;
    try {
      const answers = await send(
        entries.map((entry) => entry.item),
        AbortSignal.timeout(callMsMax),
      );
      entries.forEach((entry, index) => {
        const answer = answers[index];
        if (answer === undefined) entry.reject(new Error('A batch item got no answer'));
        else entry.resolve(answer);
      });
    } catch (error) {
      if (isPassing(error)) throw error;
      if (entries.length === 1) {
        entries[0]?.reject(error);
        return;
      }
      const middle = Math.ceil(entries.length / 2);
      await this.#sendOrSplit(entries.slice(0, middle));
      await this.#sendOrSplit(entries.slice(middle));
    }
  }

  #keepOrReject(entries: Entry<Item, Answer>[], error: unknown): void {
    const { again } = this.#settings;
    const kept = again ? entries.filter(({ item }) => again.isWorthwhile(item)) : [];
    for (const entry of entries) if (!kept.includes(entry)) entry.reject(error);
    if (!again) return;
    again.onFailure(error, { kept: kept.length, dropped: entries.length - kept.length });
    this.#waiting.unshift(...kept);
    this.#waitingBytes += kept.reduce((sum, { bytes }) => sum + bytes, 0);
    this.#isPaused = true;
    setTimeout(
      () => {
        this.#isPaused = false;
        this.#flush();
      },
      this.#againMs * (0.5 + Math.random()),
    );
    this.#againMs = Math.min(this.#againMs * 2, again.msMax);
  }
}

function isUnavailable(error: unknown): boolean {
  return error instanceof UnavailableError;
}
