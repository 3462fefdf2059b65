import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { ConfigurationError, type FieldProblem } from '#domain/errors.ts';
import { readParams, readQuery } from './api-input.ts';
import { errorAnswer, type HttpAnswer, jsonAnswer } from './http-answer.ts';
import { describeError, writeLog } from './log.ts';
import type { AnswerOf, Operation, ParamsOf, QueryOf } from './operation.ts';

const methods = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'] as const;
type Method = (typeof methods)[number];

/**
 * Adds fields to the request's line in the log: ids and counts, and the key of a job whose report is refused; never a secret or
 * other text from the body.
 */
export type Note = (fields: Record<string, unknown>) => void;
/** Parts of the path in brackets, as in `/api/jobs/[id]`. */
export type RouteParams = Record<string, string>;

interface Received {
  request: Request;
  note: Note;
  params: RouteParams;
}

/** The arguments of a handler. */
export interface Call<O extends Operation, Caller = unknown> {
  request: Request;
  note: Note;
  params: ParamsOf<O>;
  query: QueryOf<O>;
  /** The result of `authorize`. */
  caller: Caller;
}

/** An operation and its handler. */
export interface BoundOperation {
  operation: Operation;
  respond: (received: Received) => Promise<HttpAnswer>;
}

/** A route's handler, with its operations. */
type RouteHandler = ((request: Request, context?: RouteContext) => Promise<Response>) & {
  operations: readonly Operation[];
};

/** Only the route of all unknown paths, which reads none, gets another kind of parameter. */
interface RouteContext {
  params: Promise<Record<string, string | string[] | undefined>>;
}

/** Returns the sender's own request id if it is safe to log, or a new one. */
function requestIdOf(request: Request): string {
  const given = request.headers.get('x-request-id');
  return given !== null && /^[\w.:-]{8,128}$/.test(given) ? given : randomUUID();
}

// Operators must see bad requests, because scripts often discard the response.
const warned = new Set([400, 413, 415, 429, 503]);

const levelOf = (status: number): 'info' | 'warn' | 'error' =>
  status === 500 ? 'error' : warned.has(status) ? 'warn' : 'info';

/** Returns why a request was refused: our own sentence, and the names of the wrong fields. */
function refusalIn({ status, body }: HttpAnswer): Record<string, unknown> {
  if (status < 400 || status >= 500 || typeof body !== 'object' || body === null) return {};
  const { error, details } = body as { error?: unknown; details?: readonly FieldProblem[] };
  return {
    refusal: typeof error === 'string' ? error.slice(0, 300) : undefined,
    // Of a body that is not JSON, only the problem says where to look.
    fields: details
      ?.slice(0, 20)
      .map(({ field, problem }) => (field === 'body' ? `body ${problem}` : field).slice(0, 100)),
  };
}

/**
 * Binds an operation to its handler. Checks the caller first, then the ids in the path, then the query, so that strangers
 * learn nothing about either.
 * @param authorize throws if the caller has no right to call; its result is the handler's `caller`
 */
export function serve<const O extends Operation, Caller>(
  operation: O,
  authorize: (request: Request, params: RouteParams) => Caller | Promise<Caller>,
  handle: (call: Call<O, Awaited<Caller>>) => Promise<AnswerOf<O>>,
): BoundOperation {
  const { query = z.object({}), params: ids = {} } = operation as Operation;
  const querySchema = query === 'any' ? null : query.strict();
  return {
    operation,
    respond: async ({ request, note, params: given }) => {
      const caller = await authorize(request, given);
      const params = readParams(ids, given) as ParamsOf<O>;
      const query = (querySchema ? readQuery(querySchema, request) : {}) as QueryOf<O>;
      return handle({ request, note, params, query, caller }) as Promise<HttpAnswer>;
    },
  };
}

/** For operations that everyone can call, or whose handler checks the caller itself. */
export const anybody = (): void => {};

/**
 * Creates the handlers of a machine route [contract: every answer]: JSON, `Cache-Control: no-store`, an `X-Request-Id` that
 * is also logged, typed errors mapped in one place, and 405 with `Allow` for any other method.
 *
 *     export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = machineRoute(serve(doIt, authorize, …));
 *
 * Without operations it is the route of all unknown paths: 404 for every method.
 */
export function machineRoute(...bound: BoundOperation[]): Record<Method, RouteHandler> {
  const operations = bound.map(({ operation }) => operation);
  const path = operations[0]?.path;
  const isQuiet = path !== undefined && operations.every((operation) => operation.isQuiet);
  const responders = new Map<string, BoundOperation['respond']>(
    bound.flatMap(({ operation: { method }, respond }) =>
      method === 'GET'
        ? [
            [method, respond],
            ['HEAD', respond],
          ]
        : [[method, respond]],
    ),
  );
  const allowed = methods.filter((method) => responders.has(method));

  async function answer(received: Received): Promise<HttpAnswer> {
    const { request, note } = received;
    if (allowed.length === 0) return jsonAnswer(404, { error: 'Not found' });
    const respondTo = responders.get(request.method);
    if (!respondTo) return jsonAnswer(405, { error: 'Method not allowed' }, { Allow: allowed.join(', ') });
    try {
      return await respondTo(received);
    } catch (error) {
      const mapped = errorAnswer(error);
      // Our own message names the wrong setting; the message of an unexpected error could quote anything.
      if (error instanceof ConfigurationError) note({ problem: error.message });
      else if (mapped.status === 500) note(describeError(error));
      // What only the operator should read.
      else if (error instanceof Error && typeof error.cause === 'string') note({ problem: error.cause });
      return mapped;
    }
  }

  async function respond(request: Request, context?: RouteContext): Promise<Response> {
    const startedAt = performance.now();
    const requestId = requestIdOf(request);
    const notes: Record<string, unknown> = {};
    const params = ((await context?.params) ?? {}) as RouteParams;
    const note: Note = (fields) => Object.assign(notes, fields);
    const answered = await answer({ request, note, params });
    const { status, headers, body } = answered;
    if (!isQuiet || status >= 500) {
      writeLog(levelOf(status), 'request', {
        request_id: requestId,
        method: request.method,
        path,
        status,
        duration_ms: Math.round((performance.now() - startedAt) * 10) / 10,
        ...refusalIn(answered),
        ...notes,
      });
    }
    return new Response(
      request.method === 'HEAD' || body === null
        ? null
        : typeof body === 'string'
          ? body
          : JSON.stringify(body),
      {
        status,
        headers: { 'Content-Type': 'application/json; charset=utf-8', 'X-Request-Id': requestId, ...headers },
      },
    );
  }

  const handler: RouteHandler = Object.assign(respond, { operations });
  return Object.fromEntries(methods.map((method) => [method, handler])) as Record<Method, RouteHandler>;
}
