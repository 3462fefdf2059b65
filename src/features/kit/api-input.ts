import type { z } from 'zod';
import { InvalidInputError } from '#domain/errors.ts';
import { readBody } from '#features/kit/request-body.ts';

const bodyBytesMax = 256 * 1024;

/**
 * Reads a JSON body; an empty one is `{}`.
 * @throws InvalidInputError `Invalid JSON body`, BodyTooLargeError
 */
export async function readJson(request: Request): Promise<unknown> {
  const bytes = await readBody(request, bodyBytesMax);
  if (bytes.byteLength === 0) return {};
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    throw new InvalidInputError('Invalid JSON body');
  }
}

/**
 * Checks input from outside.
 * @throws InvalidInputError with the sentence and a detail for each field
 */
export function checkInput<Schema extends z.ZodType>(
  schema: Schema,
  input: unknown,
  sentence: string,
): z.output<Schema> {
  const parsed = schema.safeParse(input);
  if (parsed.success) return parsed.data;
  throw new InvalidInputError(
    sentence,
    parsed.error.issues.map((issue) => ({ field: issue.path.join('.'), problem: issue.message })),
  );
}

/**
 * As `checkInput`, for the query of an address.
 * @throws InvalidInputError `Invalid query`
 */
export function readQuery<Schema extends z.ZodType>(schema: Schema, request: Request): z.output<Schema> {
  return checkInput(schema, Object.fromEntries(new URL(request.url).searchParams), 'Invalid query');
}
