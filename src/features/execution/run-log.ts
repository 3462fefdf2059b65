import { logHeadCharacters, logTailCharacters } from '#domain/limits.ts';
import { cleanText } from '#domain/excerpt.ts';
import { redactSecrets } from '#domain/redaction.ts';

const lineLengthMax = 16 * 1024;
const droppedLinesMax = 4_096;

/**
 * Head and tail of the log of one attempt; bounded whatever is written. Secrets are blanked out when it is read, in what is kept
 * only: looking for them in each line would keep a worker busy for seconds with the log of a talkative program, and would not find
 * one that has several lines.
 */
export class RunLog {
  readonly #secrets: readonly string[];
  #head = '';
  #tail: string[] = [];
  /** Lines at the beginning of the tail that were dropped; they are taken out together. */
  #dropped = 0;
  #tailLength = 0;
  #cutCharacters = 0;
  #version = 0;

  /** @param secrets blanked out wherever they stand */
  constructor(secrets: readonly string[]) {
    this.#secrets = secrets;
  }

  /** Grows with each line; what was read at this version needs no second look. */
  get version(): number {
    return this.#version;
  }

  write(line: string): void {
    const cut = line.length > lineLengthMax ? `${line.slice(0, lineLengthMax)}…` : line;
    const text = `${cleanText(cut)}\n`;
    this.#version += 1;
    if (this.#tail.length === 0 && this.#head.length + text.length <= logHeadCharacters) {
      this.#head += text;
      return;
    }
    this.#tail.push(text);
    this.#tailLength += text.length;
    while (this.#tailLength > logTailCharacters && this.#dropped < this.#tail.length - 1) {
      const { length } = this.#tail[this.#dropped] ?? '';
      this.#tailLength -= length;
      this.#cutCharacters += length;
      this.#dropped += 1;
    }
    if (this.#dropped >= droppedLinesMax) {
      this.#tail = this.#tail.slice(this.#dropped);
      this.#dropped = 0;
    }
  }

  /** What is kept so far; null when nothing was written at all. */
  read(): { head: string; tail: string; cutCharacters: number } | null {
    if (this.#version === 0) return null;
    const tail = this.#tail.slice(this.#dropped).join('');
    if (this.#cutCharacters === 0) {
      return { head: redactSecrets(this.#head + tail, this.#secrets), tail: '', cutCharacters: 0 };
    }
    return {
      head: redactSecrets(this.#head, this.#secrets),
      tail: redactSecrets(tail, this.#secrets),
      cutCharacters: this.#cutCharacters,
    };
  }
}
