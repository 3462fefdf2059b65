import { cleanText } from '#domain/excerpt.ts';
import { oneLine, readableText } from '#domain/readable-text.ts';

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
  #leftOut = 0;

  add(field: string, problem: string, { isChanged = false } = {}): void {
    if (this.list.length >= warningsMax) {
      this.#leftOut += 1;
      this.list[warningsMax - 1] = {
        field: 'warnings',
        problem: `have ${this.#leftOut + 1} more`,
        ignored: false,
      };
      return;
    }
    // The name of a metric is the sender's text.
    const name = oneLine(readableText(cleanText(field)), fieldCharactersMax);
    this.list.push({ field: name, problem, ignored: !isChanged });
  }
}
