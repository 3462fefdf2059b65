/** What a value of the wrong type plainly means; a value without a plain meaning is returned unchanged. */
export type AsMeant = (value: unknown) => unknown;

const decimal = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d{1,3})?$/i;
const hexadecimal = /^0x[\da-f]{1,8}$/i;

/** `"12"` is 12. Not true: it can be a 1, or an exit code of 0. */
export function asNumber(value: unknown): unknown {
  if (typeof value !== 'string') return value;
  const text = value.trim();
  return decimal.test(text) || hexadecimal.test(text) ? Number(text) : value;
}

/** Like `asNumber`, rounded: for what is measured, such as milliseconds. */
export function asMeasure(value: unknown): unknown {
  const number = asNumber(value);
  // Adding 0 turns -0 into 0.
  return typeof number === 'number' && Number.isFinite(number) ? Math.round(number) + 0 : number;
}

/** 12 is `"12"`. Not true: as the id of every run it would make them all one. */
export function asName(value: unknown): unknown {
  return typeof value === 'number' && Number.isFinite(value) ? String(value) : value;
}

/** Numbers, true and false are text; a list of texts has one on each line; any other value is text in JSON. */
export function asText(value: unknown): unknown {
  if (Array.isArray(value) && value.every((line) => typeof line === 'string')) return value.join('\n');
  if (typeof value === 'string' || value === null || value === undefined) return value;
  try {
    return JSON.stringify(value);
  } catch {
    // Thousands of nested lists.
    return value;
  }
}

/** PHP writes an empty object as `[]`. */
export function asObject(value: unknown): unknown {
  return Array.isArray(value) && value.length === 0 ? {} : value;
}

/** A UUID in braces, in upper case or without hyphens, as Windows writes it. */
export function asUuid(value: unknown): unknown {
  if (typeof value !== 'string') return value;
  const match = /^[({]?([\da-f]{8})-?([\da-f]{4})-?([\da-f]{4})-?([\da-f]{4})-?([\da-f]{12})[)}]?$/i.exec(
    value.trim(),
  );
  return match ? match.slice(1).join('-').toLowerCase() : value;
}
