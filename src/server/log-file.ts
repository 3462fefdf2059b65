import fs from 'node:fs';
import path from 'node:path';

const limit = 5 * 1024 * 1024;

/** A log file of at most twice 5 MiB: the older half is kept as `<name>.1`. */
export class LogFile {
  readonly file: string;
  #size = 0;
  #broken = false;

  constructor(file: string) {
    this.file = file;
    fs.mkdirSync(path.dirname(file), { recursive: true });
    this.#size = fs.existsSync(file) ? fs.statSync(file).size : 0;
  }

  /** Appends text. If the disk is full, the text is lost but the process continues. */
  write(text: string): void {
    try {
      if (this.#size > limit) {
        fs.renameSync(this.file, `${this.file}.1`);
        this.#size = 0;
      }
      fs.appendFileSync(this.file, text, { mode: 0o600 });
      this.#size += Buffer.byteLength(text);
      this.#broken = false;
    } catch {
      if (!this.#broken && fs.existsSync(path.dirname(this.file)))
        process.stderr.write(`Cannot write ${this.file}: is the disk full?\n`);
      this.#broken = true;
    }
  }

  /** Writes one line that starts with the time. */
  line(text: string): void {
    this.write(`${new Date().toISOString()} ${text}\n`);
  }
}
