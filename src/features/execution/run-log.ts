import { logHeadCharacters, logTailCharacters } from '#domain/limits.ts';
import { cleanText } from '#domain/excerpt.ts';
import { redactSecrets } from '#domain/redaction.ts';

const lineLengthMax = 16 * 1024;
const droppedLinesMax = 4_096;

/**
 * Keeps the head and tail of an attempt's log, so its size is bounded. Secrets are redacted when the log is read: a
 * search in each written line would be slow for long logs and would miss a secret that spans several lines.
 */
export class RunLog {
  readonly #secrets: readonly string[];
  #head = '';
  #tail: string[] = [];
  /** Number of dropped lines at the start of the tail; they are deleted in batches. */
  #dropped = 0;
  #tailLength = 0;
  #cutCharacters = 0;
  #version = 0;

  /** @param secrets redacted wherever they appear */
  constructor(secrets: readonly string[]) {
    this.#secrets = secrets;
  }

  /** Grows with each line; a reader of this version has nothing new to read. */
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

  /** Returns what is kept so far; null if nothing was written. */
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
