/** Text that PostgreSQL can store: NUL is dropped and a lone surrogate becomes U+FFFD: cleaned, not refused [contract: bodies]. */
export function cleanText(text: string): string {
  const withoutNul = text.includes('\0') ? text.replaceAll('\0', '') : text;
  return withoutNul.isWellFormed() ? withoutNul : withoutNul.toWellFormed();
}

/** Characters as the database counts them; an emoji is one. */
export function countCharacters(text: string): number {
  let count = text.length;
  for (let at = 0; at < text.length; at += 1) {
    if ((text.charCodeAt(at) & 0xfc00) === 0xdc00) count -= 1;
  }
  return count;
}

export interface Excerpt {
  head: string;
  tail: string;
  cutCharacters: number;
}

const isLowSurrogate = (text: string, at: number): boolean => (text.charCodeAt(at) & 0xfc00) === 0xdc00;

/** Keeps the beginning and the end of a text [rule 6: log and redaction]; one within both together is kept whole, in `head`. */
export function excerptText(text: string, headLength: number, tailLength: number): Excerpt {
  if (text.length <= headLength + tailLength) return { head: text, tail: '', cutCharacters: 0 };
  // Between the halves of a surrogate pair nothing is cut, or the halves could not be stored.
  const headEnd = isLowSurrogate(text, headLength) ? headLength - 1 : headLength;
  const tailStart = text.length - tailLength;
  const tailBegin = isLowSurrogate(text, tailStart) ? tailStart + 1 : tailStart;
  return {
    head: text.slice(0, headEnd),
    tail: text.slice(tailBegin),
    cutCharacters: countCharacters(text.slice(headEnd, tailBegin)),
  };
}

// The end of a log says why it failed.
const logHeadLength = 16 * 1024;
const logTailLength = 48 * 1024;

/** Head and tail of a log, 64 Ki characters together. */
export function excerptLog(log: string): Excerpt {
  return excerptText(log, logHeadLength, logTailLength);
}

/** Longest message that is stored; a longer one loses its middle, because a report must not be lost for its length. */
export const messageLengthMax = 10_000;

/** The message, or its beginning and end with a mark between them that says how much was cut. */
export function clipMessage(message: string): string {
  if (message.length <= messageLengthMax) return message;
  const half = messageLengthMax / 2;
  const { head, tail, cutCharacters } = excerptText(message, half, half - 50);
  return `${head}\n[… ${cutCharacters} characters cut …]\n${tail}`;
}
