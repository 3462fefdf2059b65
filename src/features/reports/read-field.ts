import type { z } from 'zod';
import type { AsMeant } from '#domain/as-meant.ts';
import { trimText } from '#domain/name-text.ts';
import { problemOf } from '#http/field-problem.ts';
import type { ReportWarnings } from './report-warnings.ts';

/** Whether a field counts as absent [contract: reports]: scripts fill fields from variables that may not be set. */
export const isAbsent = (value: unknown): boolean =>
  value === undefined || value === null || (typeof value === 'string' && trimText(value) === '');

/**
 * Reads an optional field as it is meant. A value without a plain meaning is left out, with a warning
 * [rule 39: the outcome goes through].
 */
export function readField<T>(
  from: Record<string, unknown>,
  name: string,
  schema: z.ZodType<T>,
  asMeant: AsMeant,
  warnings: ReportWarnings,
  field: string = name,
): T | null {
  const value = from[name];
  if (isAbsent(value)) return null;
  const read = schema.safeParse(asMeant(value), { error: problemOf });
  if (read.success) return read.data;
  warnings.add(field, read.error.issues[0]?.message ?? 'is not valid');
  return null;
}
