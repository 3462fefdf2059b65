import { z } from 'zod';
import type { HttpAnswer } from './http-answer.ts';

/**
 * Who may call an operation: anybody, a signed-in person on our own pages, a person or a key that may read, one that may do
 * what admins do, a script that reports, a remote plugin during its attempt, or whatever calls the scheduler.
 */
export type Access =
  'anybody' | 'session' | 'read' | 'admin' | 'report' | 'attempt' | 'cron' | 'cron or read';

/** What an operation answers with one status. */
export interface Answer<Schema extends z.ZodType | null = z.ZodType | null> {
  description: string;
  /** Null for an answer without a body. */
  schema: Schema;
  examples: Record<string, unknown>;
  mediaType?: 'text/plain';
  headers?: Record<string, string>;
  /** Shared answers are described once under this name. */
  name?: string | undefined;
}

/** One method of one address: what docs/api/openapi.yaml says of it, and what its handler is held to. */
export interface Operation {
  id: string;
  method: 'GET' | 'POST' | 'PUT';
  path: `/api/${string}`;
  tag: string;
  summary: string;
  description?: string;
  access: Access;
  /** The ids in the path, each with the sentence of its 404; null where the handler refuses it itself. */
  params?: Record<string, string | null>;
  /** What may stand in the address; names that are not here are refused, unless it says `any`. */
  query?: z.ZodObject | 'any';
  headers?: Record<string, z.ZodType>;
  body?: { schema: z.ZodType; examples: Record<string, unknown>; isOptional?: boolean };
  answers: Record<number, Answer>;
  refusals?: Record<number, Answer<typeof errorBody>>;
  /** Called so often that only its defects are logged. */
  isQuiet?: boolean;
}

/** The body of every refusal. */
export const errorBody = z
  .object({
    error: z.string().meta({ description: 'One sentence.' }),
    details: z
      .array(
        z.object({
          field: z.string(),
          problem: z.string().meta({ description: 'What is wrong; follows the name of the field.' }),
        }),
      )
      .optional(),
  })
  .meta({ id: 'Error' });

/** An answer with examples that fit its schema, each under what it is an example of. */
export function answer<Schema extends z.ZodType>(
  schema: Schema,
  description: string,
  examples: Record<string, z.input<Schema>>,
): Answer<Schema> {
  return { schema, description, examples };
}

/** A refusal with the sentences it may give. */
export function refusal(
  description: string,
  ...bodies: (string | z.input<typeof errorBody>)[]
): Answer<typeof errorBody> {
  const given = bodies.map((body) => (typeof body === 'string' ? { error: body } : body));
  return answer(errorBody, description, Object.fromEntries(given.map((body) => [body.error, body])));
}

/** Keeps the exact type of an operation, from which that of its handler follows. */
export function operation<const O extends Operation>(given: O): O {
  return given;
}

export type QueryOf<O extends Operation> = O['query'] extends z.ZodObject ? z.output<O['query']> : unknown;
export type ParamsOf<O extends Operation> = Record<keyof O['params'] & string, string>;
/** What a handler of an operation may answer; refusals are thrown. */
export type AnswerOf<O extends Operation> = {
  [Status in keyof O['answers'] & number]: HttpAnswer<Status, BodyOf<O['answers'][Status]>>;
}[keyof O['answers'] & number];
type BodyOf<Given> =
  Given extends Answer<infer Schema> ? (Schema extends z.ZodType ? z.input<Schema> : null) : never;
