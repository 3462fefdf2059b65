import { InvalidInputError, type PortalError } from '#domain/errors.ts';
import { reportLimits } from '#domain/limits.ts';
import { parseTolerantJson } from '#http/json-body.ts';

/** One report of a batch, or why it cannot be read. */
export type BatchItem = { body: unknown } | { text: string; error: PortalError };

function checkCount(count: number): void {
  if (count > reportLimits.batch)
    throw new InvalidInputError(`A batch must have at most ${reportLimits.batch} reports`);
}

function readLine(text: string, line: number): BatchItem {
  try {
    return { body: parseTolerantJson(text) };
  } catch (error) {
    if (!(error instanceof InvalidInputError)) throw error;
    const details = error.details.map(({ field, problem }) => ({
      field,
      problem: problem.replace(/^line 1\b/, `line ${line}`),
    }));
    return { text, error: new InvalidInputError(error.message, details) };
  }
}

/**
 * Reads the reports of a batch: a JSON array, or one report on each line. A line that is not JSON is refused alone.
 * @throws InvalidInputError if there are too many, or nothing can be read
 */
export function readBatch(text: string): BatchItem[] {
  const body = text.trim();
  if (body === '' || body.startsWith('[')) {
    const reports = parseTolerantJson(text);
    if (!Array.isArray(reports)) throw new InvalidInputError('Invalid JSON body');
    checkCount(reports.length);
    return reports.map((report: unknown) => ({ body: report }));
  }
  const lines = text
    .split('\n')
    .flatMap((line, index) => (line.trim() === '' ? [] : [{ line, number: index + 1 }]));
  const items: BatchItem[] = [];
  for (const { line, number } of lines.slice(0, reportLimits.batch)) {
    const item = readLine(line, number);
    // One report over several lines.
    if (items.length === 0 && 'error' in item && lines.length > 1) {
      const whole = readLine(text, 1);
      if ('body' in whole) return [whole];
    }
    items.push(item);
  }
  checkCount(lines.length);
  return items;
}
