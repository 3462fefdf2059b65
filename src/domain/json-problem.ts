/** Why a text is not JSON, and where; the words never quote the text. */
export interface JsonProblem {
  line: number;
  /** In characters, from 1. */
  column: number;
  problem: string;
}

/** What a scan finds: the first problem, or the places of NaN and Infinity, which Python and JavaScript write. */
export interface JsonScan {
  problem: JsonProblem | null;
  notNumbers: { start: number; end: number }[];
}

const rawLineBreak = 'a raw line break inside a string';
const blanks = ' \t\r\n';
const wordStart = /[A-Za-z_$]/;
const wordPart = /[\w$.]/;
const numberPart = /[\d.eE+-]/;
const number = /^-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?$/;
const notANumber = /^-?(NaN|Infinity)$/;

/** Thrown within a scan. */
class Found extends Error {
  readonly at: number;

  constructor(at: number, problem: string) {
    super(problem);
    this.at = at;
  }
}

function placeOf(text: string, at: number): { line: number; column: number } {
  let line = 1;
  let lineStart = 0;
  for (let end = text.indexOf('\n'); end !== -1 && end < at; end = text.indexOf('\n', end + 1)) {
    line += 1;
    lineStart = end + 1;
  }
  let column = 1;
  for (let index = lineStart; index < at; index += 1) {
    if ((text.charCodeAt(index) & 0xfc00) !== 0xdc00) column += 1;
  }
  return { line, column };
}

function skipBlanks(text: string, from: number): number {
  let at = from;
  while (at < text.length && blanks.includes(text[at]!)) at += 1;
  return at;
}

/** Returns where the string ends that starts at `from`. */
function skipString(text: string, from: number): number {
  for (let at = from + 1; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === 0x22) return at + 1;
    if (code === 0x0a || code === 0x0d) throw new Found(at, rawLineBreak);
    if (code < 0x20) throw new Found(at, 'a raw control character inside a string');
    if (code !== 0x5c) continue;
    const next = text[at + 1] ?? '';
    if (
      next === 'u'
        ? !/^[\da-fA-F]{4}$/.test(text.slice(at + 2, at + 6))
        : next !== '' && !'"\\/bfnrt'.includes(next)
    ) {
      // A line break after a backslash, as shells continue lines, is still a line break.
      if (next === '\n' || next === '\r') throw new Found(at + 1, rawLineBreak);
      throw new Found(at, 'a backslash that starts no escape inside a string');
    }
    at += 1;
  }
  throw new Found(from, 'a string that does not end');
}

function skipWhile(text: string, from: number, part: RegExp): number {
  let at = from;
  while (at < text.length && part.test(text[at]!)) at += 1;
  return at;
}

/** Returns where the value without brackets ends that starts at `from`. */
function skipScalar(text: string, from: number, notNumbers: JsonScan['notNumbers']): number {
  const first = text[from] ?? '';
  if (first === '"') return skipString(text, from);
  if (first === "'" || first === '`') throw new Found(from, 'a string without double quotes');
  const isNegative = first === '-' && wordStart.test(text[from + 1] ?? '');
  if (isNegative || wordStart.test(first)) {
    const end = skipWhile(text, from + 1, wordPart);
    const word = text.slice(from, Math.min(end, from + 20));
    if (notANumber.test(word)) notNumbers.push({ start: from, end });
    else if (!['true', 'false', 'null'].includes(word)) throw new Found(from, 'a word that is not JSON');
    return end;
  }
  if (numberPart.test(first)) {
    const end = skipWhile(text, from, numberPart);
    if (!number.test(text.slice(from, end))) throw new Found(from, 'a number that is not JSON');
    return end;
  }
  throw new Found(from, first === '' ? 'the end comes too early' : 'a value is missing');
}

function scan(text: string, notNumbers: JsonScan['notNumbers']): void {
  const open: string[] = [];
  let at = skipBlanks(text, 0);
  if (at === text.length) throw new Found(0, 'the body is empty');
  for (;;) {
    // A value, after the name of its field if it has one.
    const isFirst = text[at - 1] === '{' || text[at - 1] === '[';
    at = skipBlanks(text, at);
    const inside = open.at(-1);
    const isEmpty = isFirst && text[at] === inside;
    if (!isEmpty) {
      if (inside && text[at] === inside) throw new Found(at, 'a comma before the end of a list or object');
      if (inside === '}') {
        if (at === text.length) throw new Found(at, 'the end comes too early');
        if (text[at] !== '"') throw new Found(at, 'a field name without double quotes');
        at = skipBlanks(text, skipString(text, at));
        if (text[at] !== ':')
          throw new Found(at, at === text.length ? 'the end comes too early' : 'a colon is missing');
        at = skipBlanks(text, at + 1);
      }
      if (text[at] === '{' || text[at] === '[') {
        open.push(text[at] === '{' ? '}' : ']');
        at += 1;
        continue;
      }
      at = skipScalar(text, at, notNumbers);
    }
    // What ends here, up to the next comma.
    for (;;) {
      at = skipBlanks(text, at);
      const closing = open.at(-1);
      if (closing === undefined) {
        if (at < text.length) throw new Found(at, 'something after the end of the JSON');
        return;
      }
      if (text[at] === closing) {
        open.pop();
        at += 1;
      } else if (text[at] === ',') {
        at = skipBlanks(text, at + 1);
        break;
      } else {
        throw new Found(
          at,
          at === text.length ? 'the end comes too early' : 'a comma or a closing bracket is missing',
        );
      }
    }
  }
}

/** Looks through a text that `JSON.parse` refused, because its error quotes the text and differs between engines. */
export function scanJson(text: string): JsonScan {
  const notNumbers: JsonScan['notNumbers'] = [];
  try {
    scan(text, notNumbers);
    return { problem: null, notNumbers };
  } catch (error) {
    if (!(error instanceof Found)) throw error;
    return { problem: { ...placeOf(text, error.at), problem: error.message }, notNumbers };
  }
}

/** Returns where and why a text is not JSON in one sentence; a line break needs no column. */
export function sayJsonProblem({ line, column, problem }: JsonProblem): string {
  return problem === rawLineBreak ? `line ${line}: ${problem}` : `line ${line}, column ${column}: ${problem}`;
}
