/**
 * Normalizes a text for search: full-width and half-width letters match (Unicode NFKC), because people easily leave an input
 * method on, and case is ignored. The database's `private.searchable` does the same.
 */
export function toSearchable(text: string): string {
  // Letter by letter, as the database does: otherwise a Greek sigma at the end of a word would become a different letter.
  return Array.from(text.normalize('NFKC'), (letter) => letter.toLowerCase()).join('');
}

/**
 * Returns the `like` pattern that finds the search text anywhere in normalized text; null for an empty search. The Data API
 * treats a star as a wildcard and cannot escape it, so a typed star matches any one character.
 */
export function searchPattern(search: string): string | null {
  const text = toSearchable(search.replaceAll('\0', ' ')).trim();
  if (text === '') return null;
  return `%${text.replaceAll(/[\\%_]/g, String.raw`\$&`).replaceAll('*', '_')}%`;
}
