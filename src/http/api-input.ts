import { z } from 'zod';
import { apiBytesMax } from '#domain/limits.ts';
import { InvalidInputError, NotFoundError } from '#domain/errors.ts';
import { parseWholeNumber } from '#domain/whole-number.ts';
import { problemOf, toFieldProblems } from './field-problem.ts';
import { parseJsonBytes } from './json-body.ts';
import { readBody } from './request-body.ts';

/**
 * Reads a JSON body; an empty body counts as `{}`.
 * @throws InvalidInputError `Invalid JSON body` or `Invalid body`, BodyTooLargeError
 */
export async function readJson(request: Request): Promise<unknown> {
  const bytes = await readBody(request, apiBytesMax);
  if (bytes.byteLength === 0) return {};
  const body = parseJsonBytes(bytes);
  refuseUnstorable(body, 'Invalid body');
  return body;
}

const loneSurrogate = /[\uD800-\uDFFF]/u;

/** JSON and URLs can contain what the database can neither store nor search. */
function unstorableIn(text: string): string | null {
  if (text.includes('\0')) return 'must not contain the character U+0000';
  const [half] = loneSurrogate.exec(text) ?? [];
  if (half === undefined) return null;
  return `must not contain half of a character (U+${half.charCodeAt(0).toString(16).toUpperCase()})`;
}

function refuseUnstorable(input: unknown, sentence: string): void {
  const open: { path: string; value: unknown }[] = [{ path: '', value: input }];
  for (let next = open.pop(); next; next = open.pop()) {
    const { path, value } = next;
    const problem = typeof value === 'string' ? unstorableIn(value) : null;
    if (problem !== null) throw new InvalidInputError(sentence, [{ field: path.toWellFormed(), problem }]);
    if (typeof value !== 'object' || value === null) continue;
    for (const [name, inner] of Object.entries(value)) {
      open.push({ path: path === '' ? name : `${path}.${name}`, value: inner });
      if (unstorableIn(name) !== null) open.push({ path, value: name });
    }
  }
}

/**
 * Validates input from outside.
 * @throws InvalidInputError with the sentence and a detail for each field
 */
export function checkInput<Schema extends z.ZodType>(
  schema: Schema,
  input: unknown,
  sentence: string,
): z.output<Schema> {
  const parsed = schema.safeParse(input, { error: problemOf });
  if (parsed.success) return parsed.data;
  throw new InvalidInputError(sentence, toFieldProblems(parsed.error.issues));
}

/**
 * Like `checkInput`, for the query of a URL.
 * @throws InvalidInputError `Invalid query`
 */
export function readQuery<Schema extends z.ZodType>(schema: Schema, request: Request): z.output<Schema> {
  const { searchParams } = new URL(request.url);
  const repeated = [...new Set(searchParams.keys())].filter((name) => searchParams.getAll(name).length > 1);
  if (repeated.length > 0) {
    throw new InvalidInputError(
      'Invalid query',
      repeated.map((field) => ({ field, problem: 'must not be repeated' })),
    );
  }
  const query = Object.fromEntries(searchParams);
  refuseUnstorable(query, 'Invalid query');
  return checkInput(schema, query, 'Invalid query');
}

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/**
 * Reads the ids in a path. An impossible id is rejected in the same way as a missing one.
 * @throws NotFoundError with the sentence of the id
 */
export function readParams(
  declared: Readonly<Record<string, string | null>>,
  given: Readonly<Record<string, string>>,
): Record<string, string> {
  return Object.fromEntries(
    Object.entries(declared).map(([name, sentence]) => {
      const id = given[name] ?? '';
      if (sentence !== null && !uuid.test(id)) throw new NotFoundError(sentence);
      return [name, id.toLowerCase()];
    }),
  );
}

const wholeNumber = ({ min, byDefault, problem }: { min: number; byDefault: number; problem: string }) =>
  z
    .unknown()
    .transform((given, context) => {
      const number = typeof given === 'string' ? parseWholeNumber(given) : null;
      if (number !== null && number >= min) return number;
      context.addIssue(problem);
      return z.NEVER;
    })
    .default(byDefault);

/** The number of rows on a page; a larger number returns `max`. */
export const pageSize = ({ byDefault, max }: { byDefault: number; max: number }) =>
  wholeNumber({ min: 1, byDefault, problem: `must be a whole number from 1 to ${max}` })
    .transform((given) => Math.min(given, max))
    // The schema reads text, but describes the number that it stands for.
    .meta({
      type: 'integer',
      minimum: 1,
      description: `${byDefault} if absent; at most ${max}, larger values count as ${max}.`,
    });

/** How many rows to skip. */
export const pageOffset = wholeNumber({
  min: 0,
  byDefault: 0,
  problem: 'must be a whole number of at least 0',
}).meta({ type: 'integer', minimum: 0, description: 'How many to skip; 0 if absent.' });

/** Where a page starts: the `next` of the previous page. */
export const pageCursor = <Cursor>(parse: (text: string) => Cursor | null) =>
  z
    .string()
    .transform((text, context) => {
      const cursor = parse(text);
      if (cursor === null) context.addIssue('is not a valid cursor');
      return cursor ?? undefined;
    })
    .optional()
    .meta({ description: 'The `next` of the previous page.' });
