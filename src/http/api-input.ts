import type { z } from 'zod';
import { InvalidInputError } from '#domain/errors.ts';
import { readBody } from './request-body.ts';

const bodyBytesMax = 256 * 1024;

/**
 * Reads a JSON body; an empty one is `{}`.
 * @throws InvalidInputError `Invalid JSON body` or `Invalid body`, BodyTooLargeError
 */
export async function readJson(request: Request): Promise<unknown> {
  const bytes = await readBody(request, bodyBytesMax);
  if (bytes.byteLength === 0) return {};
  let body: unknown;
  try {
    body = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    throw new InvalidInputError('Invalid JSON body');
  }
  refuseNul(body, 'Invalid body');
  return body;
}

/** NUL is a character of JSON and of addresses that the database cannot hold, nor look for. */
function refuseNul(input: unknown, sentence: string): void {
  const open: { path: string; value: unknown }[] = [{ path: '', value: input }];
  for (let next = open.pop(); next; next = open.pop()) {
    const { path, value } = next;
    if (typeof value === 'string' && value.includes('\0')) {
      throw new InvalidInputError(sentence, [{ field: path, problem: 'must not hold the character U+0000' }]);
    }
    if (typeof value !== 'object' || value === null) continue;
    for (const [name, inner] of Object.entries(value)) {
      open.push({ path: path === '' ? name : `${path}.${name}`, value: inner });
      if (name.includes('\0')) open.push({ path, value: name });
    }
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
  const query = Object.fromEntries(new URL(request.url).searchParams);
  refuseNul(query, 'Invalid query');
  return checkInput(schema, query, 'Invalid query');
}
