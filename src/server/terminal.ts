import fs from 'node:fs';

/** The output while the portal starts: one line for each step, with its duration. */
export class Screen {
  readonly #startedAt = Date.now();

  /** Announces the current step. */
  step(text: string): void {
    process.stdout.write(`${this.#seconds().padStart(6)}  ${text}\n`);
  }

  text(text: string): void {
    process.stdout.write(`${text}\n`);
  }

  #seconds(): string {
    return `${((Date.now() - this.#startedAt) / 1_000).toFixed(1)}s`;
  }
}

/** Whether the output goes to the journal of systemd, which names the stream that it reads. */
export function isJournal(environment: NodeJS.ProcessEnv, descriptor: number): boolean {
  if (!environment.JOURNAL_STREAM) return false;
  const { dev, ino } = fs.fstatSync(descriptor);
  return environment.JOURNAL_STREAM === `${dev}:${ino}`;
}
