import { logHeadCharacters, logTailCharacters, messageCharactersMax } from '#domain/limits.ts';

/**
 * Removes what PostgreSQL cannot store: NUL is dropped and a lone surrogate becomes U+FFFD, so the report is not rejected
 * [contract: bodies].
 */
export function cleanText(text: string): string {
  const withoutNul = text.includes('\0') ? text.replaceAll('\0', '') : text;
  return withoutNul.isWellFormed() ? withoutNul : withoutNul.toWellFormed();
}

/** Counts characters as the database does; an emoji is one. */
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

/** Keeps the start and the end of a text [rule 6: log and redaction]. A text that fits is kept whole in `head`. */
export function excerptText(text: string, headLength: number, tailLength: number): Excerpt {
  if (text.length <= headLength + tailLength) return { head: text, tail: '', cutCharacters: 0 };
  // Never cuts inside a surrogate pair, because half a pair cannot be stored.
  const headEnd = isLowSurrogate(text, headLength) ? headLength - 1 : headLength;
  const tailStart = text.length - tailLength;
  const tailBegin = isLowSurrogate(text, tailStart) ? tailStart + 1 : tailStart;
  return {
    head: text.slice(0, headEnd),
    tail: text.slice(tailBegin),
    cutCharacters: countCharacters(text.slice(headEnd, tailBegin)),
  };
}

/** Returns the head and tail of a log, at most 64 Ki characters together. */
export function excerptLog(log: string): Excerpt {
  return excerptText(log, logHeadCharacters, logTailCharacters);
}

/** Returns the message, or its start and end with a mark between them that says how much was cut. */
export function clipMessage(message: string): string {
  if (message.length <= messageCharactersMax) return message;
  const half = messageCharactersMax / 2;
  const { head, tail, cutCharacters } = excerptText(message, half, half - 50);
  return `${head}\n[… ${cutCharacters} characters cut …]\n${tail}`;
}
