/**
 * A text in the form in which texts are searched: full-width and half-width letters alike (Unicode NFKC), because an input
 * method is easily left on, and capitals like small letters. The database's `private.searchable` makes the same.
 */
export function toSearchable(text: string): string {
  // Letter by letter, as the database does it: a Greek sigma at the end of a word would become another letter.
  return Array.from(text.normalize('NFKC'), (letter) => letter.toLowerCase()).join('');
}

/**
 * Pattern by which `like` finds what a person typed anywhere in a text that is in searchable form; null for nothing typed.
 * A star means anything in a filter of the Data API and cannot be said otherwise: it matches any one character.
 */
export function searchPattern(search: string): string | null {
  const text = toSearchable(search.replaceAll('\0', ' ')).trim();
  if (text === '') return null;
  return `%${text.replaceAll(/[\\%_]/g, String.raw`\$&`).replaceAll('*', '_')}%`;
}
