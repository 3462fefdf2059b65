import { UnavailableError } from '#domain/errors.ts';

interface BatcherSettings<Item, Answer> {
  /** Answers for items, in their order, once they are committed. */
  send: (items: Item[], signal: AbortSignal) => Promise<Answer[]>;
  itemsPerCallMax: number;
  bytesPerCallMax: number;
  callsInFlightMax: number;
  waitingItemsMax: number;
  waitingBytesMax: number;
  /** How long an item waits for its commit, in the queue and in its call together. */
  waitMsMax: number;
}

interface Entry<Item, Answer> {
  item: Item;
  bytes: number;
  isSettled: boolean;
  resolve: (answer: Answer) => void;
  reject: (error: unknown) => void;
}

/**
 * Puts items that arrive while calls are in flight together into the next call. Each waits for its own commit
 * [rule 1: commit before answer], in bounded time and bounded memory [rule 7: database away]: what cannot be taken is
 * refused at once.
 */
export class ReportBatcher<Item, Answer> {
  readonly #settings: BatcherSettings<Item, Answer>;
  #waiting: Entry<Item, Answer>[] = [];
  #waitingBytes = 0;
  #callsInFlight = 0;
  #isFlushPlanned = false;

  constructor(settings: BatcherSettings<Item, Answer>) {
    this.#settings = settings;
  }

  /**
   * Sends an item with others and waits for its commit.
   * @param bytes how much memory it holds while it waits
   * @throws UnavailableError when the queue is full, the time is over or the database is away
   */
  add(item: Item, bytes: number): Promise<Answer> {
    const { waitingItemsMax, waitingBytesMax, waitMsMax } = this.#settings;
    if (this.#waiting.length >= waitingItemsMax || this.#waitingBytes + bytes > waitingBytesMax) {
      return Promise.reject(
        new UnavailableError('Too many reports are waiting: nothing was recorded, try again'),
      );
    }
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
      const timer = setTimeout(() => {
        entry.reject(new UnavailableError('The database did not answer in time: try again'));
        this.#forgetSettled();
      }, waitMsMax);
      this.#waiting.push(entry);
      this.#waitingBytes += bytes;
      this.#planFlush();
    });
  }

  // Requests that were read in the same turn of the event loop go out together.
  #planFlush(): void {
    if (this.#isFlushPlanned || this.#callsInFlight >= this.#settings.callsInFlightMax) return;
    this.#isFlushPlanned = true;
    setImmediate(() => {
      this.#isFlushPlanned = false;
      while (this.#waiting.length > 0 && this.#callsInFlight < this.#settings.callsInFlightMax) {
        void this.#call(this.#takeBatch());
      }
    });
  }

  #takeBatch(): Entry<Item, Answer>[] {
    const { itemsPerCallMax, bytesPerCallMax } = this.#settings;
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

  #forgetSettled(): void {
    this.#waiting = this.#waiting.filter((entry) => !entry.isSettled);
    this.#waitingBytes = this.#waiting.reduce((sum, entry) => sum + entry.bytes, 0);
  }

  async #call(batch: Entry<Item, Answer>[]): Promise<void> {
    this.#callsInFlight += 1;
    try {
      await this.#sendOrSplit(batch);
    } finally {
      this.#callsInFlight -= 1;
      if (this.#waiting.length > 0) this.#planFlush();
    }
  }

  // A batch that is refused for its data is halved until the report to blame stands alone, so that it fails no other.
  async #sendOrSplit(batch: Entry<Item, Answer>[]): Promise<void> {
    const entries = batch.filter((entry) => !entry.isSettled);
    if (entries.length === 0) return;
    try {
      const answers = await this.#settings.send(
        entries.map((entry) => entry.item),
        AbortSignal.timeout(this.#settings.waitMsMax),
      );
      entries.forEach((entry, index) => {
        const answer = answers[index];
        if (answer === undefined) entry.reject(new Error('A report of a batch was not answered'));
        else entry.resolve(answer);
      });
    } catch (error) {
      if (error instanceof UnavailableError || entries.length === 1) {
        for (const entry of entries) entry.reject(error);
        return;
      }
      const middle = Math.ceil(entries.length / 2);
      await this.#sendOrSplit(entries.slice(0, middle));
      await this.#sendOrSplit(entries.slice(middle));
    }
  }
}
