import { cleanText } from '#domain/report-text.ts';
import { redactSecrets } from '#domain/redaction.ts';

/** What is kept of a log, 64 Ki characters together: its end says why it failed. */
const headLengthMax = 16 * 1024;
const tailLengthMax = 48 * 1024;
const lineLengthMax = 16 * 1024;

/** Head and tail of the log of one attempt, redacted line by line as it grows (semantics 6); bounded whatever is written. */
export class RunLog {
  readonly #secrets: readonly string[];
  #head = '';
  #tail: string[] = [];
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
    const text = `${redactSecrets(cleanText(cut), this.#secrets)}\n`;
    this.#version += 1;
    if (this.#tail.length === 0 && this.#head.length + text.length <= headLengthMax) {
      this.#head += text;
      return;
    }
    this.#tail.push(text);
    this.#tailLength += text.length;
    while (this.#tailLength > tailLengthMax && this.#tail.length > 1) {
      const [first = ''] = this.#tail.splice(0, 1);
      this.#tailLength -= first.length;
      this.#cutCharacters += first.length;
    }
  }

  /** What is kept so far; null when nothing was written at all. */
  read(): { head: string; tail: string; cutCharacters: number } | null {
    if (this.#head === '' && this.#tail.length === 0) return null;
    const tail = this.#tail.join('');
    if (this.#cutCharacters > 0) return { head: this.#head, tail, cutCharacters: this.#cutCharacters };
    return { head: this.#head + tail, tail: '', cutCharacters: 0 };
  }
}
