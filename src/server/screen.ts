import fs from 'node:fs';

/** What a person sees while the portal starts: one line for each step, with the time it took. */
export class Screen {
  readonly #startedAt = Date.now();

  /** Says what happens now. */
  step(text: string): void {
    process.stdout.write(`${this.#seconds().padStart(6)}  ${text}\n`);
  }

  /** Prints text as it is. */
  text(text: string): void {
    process.stdout.write(`${text}\n`);
  }

  #seconds(): string {
    return `${((Date.now() - this.#startedAt) / 1_000).toFixed(1)}s`;
  }
}

/** Whether what is printed goes to the journal of systemd, which names the stream that it reads. */
export function isJournal(environment: NodeJS.ProcessEnv, descriptor: number): boolean {
  if (!environment.JOURNAL_STREAM) return false;
  const { dev, ino } = fs.fstatSync(descriptor);
  return environment.JOURNAL_STREAM === `${dev}:${ino}`;
}
