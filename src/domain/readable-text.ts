// U+202E and similar characters reverse the text after them, so a log could show a false file name.
const direction = /[\u061C\u200E\u200F\u202A-\u202E\u2066-\u2069]/g;
const invisible = /[\u200B\u2060\uFEFF\u00AD]/g;
// Terminal colors. Without their escape character, `[31m` would remain in the text.
const terminalColours = /\x1B\[[0-9;]*[mK]/g;
const controls = /[\x00-\x08\x0B\x0C\x0E-\x1F\x7F-\x9F]/g;

const codeOf = (character: string): string =>
  `[U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}]`;

/**
 * Makes reported text safe to show: characters that reverse or hide text become their codes, control characters become
 * visible symbols, and terminal colors are removed. Markup needs no change, because React escapes it.
 */
export function readableText(text: string): string {
  return text
    .replaceAll(/\r\n?/g, '\n')
    .replaceAll(terminalColours, '')
    .replaceAll(controls, (character) => {
      const code = character.charCodeAt(0);
      if (code < 0x20) return String.fromCharCode(0x2400 + code);
      return code === 0x7f ? '\u2421' : codeOf(character);
    })
    .replaceAll(direction, codeOf)
    .replaceAll(invisible, codeOf);
}

/** Joins the first lines of a text into one line of at most `lengthMax` characters. */
export function oneLine(text: string, lengthMax: number): string {
  const line = text
    .slice(0, lengthMax * 4)
    .replaceAll(/\s+/g, ' ')
    .trim();
  const characters = Array.from(line);
  const isCut = characters.length > lengthMax || text.length > lengthMax * 4;
  return isCut ? `${characters.slice(0, lengthMax).join('').trimEnd()}…` : line;
}

/** Returns a file name for a download, with only letters and digits that every system accepts. */
export function safeFileName(text: string): string {
  const name = text
    .normalize('NFKC')
    .replaceAll(/[^\p{L}\p{N}._-]+/gu, '-')
    .replaceAll(/^[-.]+|[-.]+$/g, '');
  return Array.from(name).slice(0, 80).join('') || 'log';
}
