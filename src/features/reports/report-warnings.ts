import { cleanText } from '#domain/excerpt.ts';
import { oneLine, readableText } from '#domain/readable-text.ts';
import { redactSecrets } from '#domain/redaction.ts';

/** What is wrong with an optional field of a report that was recorded nevertheless. */
export interface ReportWarning {
  field: string;
  /** Follows the name of the field. */
  problem: string;
  /** Whether the field was left out; otherwise it was changed. */
  ignored: boolean;
}

/** Limits of an answer: one report can have thousands of wrong metrics. */
const warningsMax = 20;
const fieldCharactersMax = 100;

/** Collects the warnings of a report. */
export class ReportWarnings {
  readonly list: ReportWarning[] = [];
  readonly #secrets: readonly string[];
  #leftOut = 0;

  constructor(secrets: readonly string[]) {
    this.#secrets = secrets;
  }

  /** Cleans a text that can contain the sender's: the name of a metric, or a wrong expression. */
  #clean(text: string): string {
    return redactSecrets(cleanText(text), this.#secrets);
  }

  add(field: string, problem: string, { isChanged = false } = {}): void {
    const name = oneLine(readableText(this.#clean(field)), fieldCharactersMax);
    // Names of metrics can be the same once they are cleaned.
    if (this.list.some((warning) => warning.field === name)) return;
    if (this.list.length >= warningsMax) {
      this.#leftOut += 1;
      this.list[warningsMax - 1] = {
        field: 'warnings',
        problem: `have ${this.#leftOut + 1} more`,
        ignored: false,
      };
      return;
    }
    this.list.push({ field: name, problem: this.#clean(problem), ignored: !isChanged });
  }
}
