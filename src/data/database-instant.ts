import { parseInstant } from '#domain/iso-instant.ts';

/** Returns an instant from the database in one format with all microseconds, so that it can be compared and sent back. */
export function toInstant(stored: string): string {
  return parseInstant(stored) ?? stored;
}
