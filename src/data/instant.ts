import { parseInstant } from '#domain/report-instant.ts';

/** An instant as the database wrote it, in one form with every microsecond, so that it can be compared and sent back. */
export function toInstant(stored: string): string {
  return parseInstant(stored) ?? stored;
}
