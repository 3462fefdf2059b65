/** Reads digits; null for anything else. `Number` also reads `1e2`, `0x10` and an empty text. */
export function parseWholeNumber(text: string): number | null {
  return /^\d{1,15}$/.test(text) ? Number(text) : null;
}
