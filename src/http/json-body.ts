import { InvalidInputError } from '#domain/errors.ts';
import { sayJsonProblem, scanJson } from '#domain/json-problem.ts';

const refusal = (problem: string) => new InvalidInputError('Invalid JSON body', [{ field: 'body', problem }]);

function refusalOf(text: string): InvalidInputError {
  const { problem, notNumbers } = scanJson(text);
  const [first] = notNumbers;
  if (problem) return refusal(sayJsonProblem(problem));
  return refusal(first ? 'NaN and Infinity are not JSON' : 'cannot be read');
}

/**
 * Parses a JSON body.
 * @throws InvalidInputError `Invalid JSON body`; `details` say where and why
 */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw refusalOf(text);
  }
}

const bigNumber = /[:[,\s]-?\d{16}/;

/** Keeps the digits of whole numbers that JavaScript cannot hold, such as ids: they become text. */
function keepDigits(_name: string, value: unknown, context?: { source?: string }): unknown {
  const isLost = typeof value === 'number' && Number.isInteger(value) && !Number.isSafeInteger(value);
  return isLost && /^-?\d+$/.test(context?.source ?? '') ? context?.source : value;
}

function parseExactly(text: string): unknown {
  if (!bigNumber.test(text)) return JSON.parse(text);
  try {
    return JSON.parse(text, keepDigits);
  } catch (error) {
    // A reviver overflows the stack where a body is nested thousands of times.
    if (error instanceof RangeError) return JSON.parse(text);
    throw error;
  }
}

/**
 * Like `parseJson`, but drops NUL characters and reads NaN and Infinity, which Python writes for a metric without a value, as
 * text, as well as whole numbers that JavaScript cannot hold.
 * @throws InvalidInputError `Invalid JSON body`; `details` say where and why
 */
export function parseTolerantJson(text: string): unknown {
  const clean = text.includes('\0') ? text.replaceAll('\0', '') : text;
  try {
    return parseExactly(clean);
  } catch {
    const { problem, notNumbers } = scanJson(clean);
    if (problem || notNumbers.length === 0) throw refusalOf(clean);
    let quoted = '';
    let done = 0;
    for (const { start, end } of notNumbers) {
      quoted += `${clean.slice(done, start)}"${clean.slice(start, end)}"`;
      done = end;
    }
    return parseJson(quoted + clean.slice(done));
  }
}

/**
 * Parses the bytes of a JSON body in UTF-8.
 * @throws InvalidInputError `Invalid JSON body`; `details` say where and why
 */
export function parseJsonBytes(bytes: Uint8Array): unknown {
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw refusal('is not UTF-8');
  }
  return parseJson(text);
}
