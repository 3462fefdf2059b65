import { z } from 'zod';
import type { HttpAnswer } from './http-answer.ts';

/**
 * Who can call an operation: everyone, a signed-in user on our own pages, a user or an API key with the right to read or to
 * do what admins do, an admin or a user who can start the job, a script that reports, a remote plugin during its attempt, or the
 * caller of the scheduler.
 */
export type Access =
  'anybody' | 'session' | 'read' | 'admin' | 'start' | 'report' | 'attempt' | 'cron' | 'cron or read';

/** One response of an operation. */
export interface Answer<Schema extends z.ZodType | null = z.ZodType | null> {
  description: string;
  /** Null for a response without a body. */
  schema: Schema;
  examples: Record<string, unknown>;
  mediaType?: 'text/plain';
  headers?: Record<string, string>;
  /** Responses with this name are described once and shared by operations. */
  name?: string | undefined;
}

/** One method of one path: the source of docs/api/openapi.yaml and of the types of its handler. */
export interface Operation {
  id: string;
  method: 'GET' | 'POST' | 'PUT';
  path: `/api/${string}`;
  tag: string;
  summary: string;
  description?: string;
  access: Access;
  /** The ids in the path, each with the sentence of its 404; null if the handler checks them. */
  params?: Record<string, string | null>;
  /** The query parameters; unknown names are rejected, unless this is `any`. */
  query?: z.ZodObject | 'any';
  headers?: Record<string, z.ZodType>;
  body?: { schema: z.ZodType; examples: Record<string, unknown>; isOptional?: boolean };
  answers: Record<number, Answer>;
  refusals?: Record<number, Answer<typeof errorBody>>;
  /** Called so often that only errors are logged. */
  isQuiet?: boolean;
}

/** The body of every error response. */
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

/** Defines a response with its examples; the name of each says what it shows. */
export function answer<Schema extends z.ZodType>(
  schema: Schema,
  description: string,
  examples: Record<string, z.input<Schema>>,
): Answer<Schema> {
  return { schema, description, examples };
}

/** Defines an error response with the errors that it can contain. */
export function refusal(
  description: string,
  ...bodies: (string | z.input<typeof errorBody>)[]
): Answer<typeof errorBody> {
  const given = bodies.map((body) => (typeof body === 'string' ? { error: body } : body));
  return answer(errorBody, description, Object.fromEntries(given.map((body) => [body.error, body])));
}

/** Keeps the exact type of an operation, which decides the type of its handler. */
export function operation<const O extends Operation>(given: O): O {
  return given;
}

export type QueryOf<O extends Operation> = O['query'] extends z.ZodObject ? z.output<O['query']> : unknown;
export type ParamsOf<O extends Operation> = Record<keyof O['params'] & string, string>;
/** The responses that a handler can return; errors are thrown. */
export type AnswerOf<O extends Operation> = {
  [Status in keyof O['answers'] & number]: HttpAnswer<Status, BodyOf<O['answers'][Status]>>;
}[keyof O['answers'] & number];
type BodyOf<Given> =
  Given extends Answer<infer Schema> ? (Schema extends z.ZodType ? z.input<Schema> : null) : never;
