import { cleanText } from './excerpt.ts';

// White space, control characters, and what a reader cannot see: byte order mark, zero-width and direction characters.
const unseen = /[\s\p{Cc}\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff]/u;

/** Removes what nobody sees at both ends of a text. */
export function trimText(text: string): string {
  let start = 0;
  let end = text.length;
  while (start < end && unseen.test(text[start]!)) start += 1;
  while (end > start && unseen.test(text[end - 1]!)) end -= 1;
  return text.slice(start, end);
}

/**
 * Returns the one form of a name that people and programs compare, such as a job key: in Unicode NFC and without unseen
 * characters around it, so that no two names look alike [contract: reports]. A blank name becomes empty.
 */
export function cleanName(text: string): string {
  return trimText(cleanText(text).normalize('NFC'));
}
