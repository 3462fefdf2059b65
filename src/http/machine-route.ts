import { randomUUID } from 'node:crypto';
import { ConfigurationError } from '#domain/errors.ts';
import { errorAnswer, type HttpAnswer, jsonAnswer } from './http-answer.ts';
import { describeError, writeLog } from './log.ts';

const methods = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'] as const;
type Method = (typeof methods)[number];

/** Adds fields to the request's line in the log: ids and counts, never a secret or text from the body. */
export type Note = (fields: Record<string, unknown>) => void;
/** Parts of the path in brackets, as in `/api/jobs/[id]`. */
export type RouteParams = Record<string, string>;
type Handler = (request: Request, note: Note, params: RouteParams) => Promise<HttpAnswer>;
type RouteHandlers = Record<
  Method,
  (request: Request, context?: { params: Promise<RouteParams> }) => Promise<Response>
>;

/** The sender's own request id when it is harmless to log, or a new one. */
function requestIdOf(request: Request): string {
  const given = request.headers.get('x-request-id');
  return given !== null && /^[\w.:-]{8,128}$/.test(given) ? given : randomUUID();
}

const levelOf = (status: number): 'info' | 'warn' | 'error' =>
  status === 500 ? 'error' : status === 503 || status === 429 ? 'warn' : 'info';

/**
 * Route handlers for a path that machines call [contract: every answer]: JSON, `Cache-Control: no-store`,
 * an `X-Request-Id` that is also logged, typed errors mapped in one place, 405 with `Allow` for any other method.
 *
 *     export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = machineRoute('/api/x', { POST: doIt });
 */
export function machineRoute(
  path: string,
  handlers: Partial<Record<'GET' | 'POST' | 'PUT', Handler>>,
): RouteHandlers {
  const allowed = methods.filter(
    (method) => method in handlers || (method === 'HEAD' && handlers.GET !== undefined),
  );

  async function answer(request: Request, note: Note, params: RouteParams): Promise<HttpAnswer> {
    const handler = handlers[(request.method === 'HEAD' ? 'GET' : request.method) as keyof typeof handlers];
    if (!handler) return jsonAnswer(405, { error: 'Method not allowed' }, { Allow: allowed.join(', ') });
    try {
      return await handler(request, note, params);
    } catch (error) {
      const mapped = errorAnswer(error);
      // The message of a wrong setting is ours and names it; that of a defect may quote anything.
      if (error instanceof ConfigurationError) note({ problem: error.message });
      else if (mapped.status === 500) note(describeError(error));
      return mapped;
    }
  }

  async function respond(request: Request, context?: { params: Promise<RouteParams> }): Promise<Response> {
    const startedAt = performance.now();
    const requestId = requestIdOf(request);
    const notes: Record<string, unknown> = {};
    const params = (await context?.params) ?? {};
    const { status, headers, body } = await answer(request, (fields) => Object.assign(notes, fields), params);
    writeLog(levelOf(status), 'request', {
      request_id: requestId,
      method: request.method,
      path,
      status,
      duration_ms: Math.round((performance.now() - startedAt) * 10) / 10,
      ...notes,
    });
    return new Response(
      request.method === 'HEAD' ? null : typeof body === 'string' ? body : JSON.stringify(body),
      {
        status,
        headers: { 'Content-Type': 'application/json; charset=utf-8', 'X-Request-Id': requestId, ...headers },
      },
    );
  }

  return Object.fromEntries(methods.map((method) => [method, respond])) as RouteHandlers;
}
