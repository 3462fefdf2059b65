/** Reads digits; null for anything else. `Number` also reads `1e2`, `0x10` and an empty text. */
export function parseWholeNumber(text: string): number | null {
  return /^\d{1,15}$/.test(text) ? Number(text) : null;
}

/** Whether a text shows nothing: only spaces, controls, or characters without a shape, which `trim` leaves. */
export function isBlank(text: string): boolean {
  return !/[^\p{White_Space}\p{Default_Ignorable_Code_Point}\p{C}\u2800]/u.test(text);
}
