import type { z } from 'zod';
import type { FieldProblem } from '#domain/errors.ts';

const kinds: Record<string, string> = {
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'an object',
  record: 'an object',
  null: 'null',
};

const listed = (words: readonly unknown[]): string =>
  words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} or ${String(words.at(-1))}`;

const unitOf = (origin: string, count: number | bigint): string =>
  origin === 'string' ? `${count} characters` : origin === 'array' ? `${count} entries` : `${count}`;

/**
 * Describes a zod problem so that it completes the field's name. Pass it to `safeParse` as `error`; a schema's own message
 * wins.
 */
export const problemOf: z.core.$ZodErrorMap = (issue) => {
  switch (issue.code) {
    case 'invalid_type':
      return issue.input === undefined ? 'is required' : `must be ${kinds[issue.expected] ?? issue.expected}`;
    case 'invalid_value':
      return issue.input === undefined ? 'is required' : `must be ${listed(issue.values)}`;
    case 'too_big':
      return `must be at most ${unitOf(issue.origin, issue.maximum)}`;
    case 'too_small':
      return `must be at least ${unitOf(issue.origin, issue.minimum)}`;
    case 'unrecognized_keys':
      return 'is not a known parameter';
    case 'invalid_union':
      return Array.isArray(issue.options) ? `must be ${listed(issue.options)}` : 'has an unknown form';
    default:
      return 'is not valid';
  }
};

const problemsMax = 20;

/** Returns one entry for each field that is wrong or unknown. */
export function toFieldProblems(issues: readonly z.core.$ZodIssue[]): FieldProblem[] {
  return issues.slice(0, problemsMax).flatMap((issue) => {
    const paths =
      issue.code === 'unrecognized_keys'
        ? issue.keys.slice(0, problemsMax).map((key) => [...issue.path, key])
        : [issue.path];
    return paths.map((path) => ({ field: path.join('.'), problem: issue.message }));
  });
}
