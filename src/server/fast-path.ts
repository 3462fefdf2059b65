import type { IncomingMessage, ServerResponse } from 'node:http';
import { getRequestListener } from '@hono/node-server';
import { machineRoute } from '#http/machine-route.ts';
import { answerJobReport, answerJobStart } from '#features/reports/answer-report.ts';

type Listener = (request: IncomingMessage, response: ServerResponse) => Promise<void>;

function listen(path: string, handler: typeof answerJobReport): [string, Listener] {
  // One handler answers every method: what is not POST gets its 405.
  const { POST: respond } = machineRoute(path, { POST: handler });
  return [
    path,
    getRequestListener((request) => respond(request), {
      overrideGlobalObjects: false,
      // It would cut a sender off half a second after its refusal; the server reads on (refused-body.ts).
      autoCleanupIncoming: false,
    }),
  ];
}

const listeners = new Map([
  listen('/api/monitor/job-report', answerJobReport),
  listen('/api/monitor/job-start', answerJobStart),
]);

/**
 * Answers a report without the way through Next, which costs more than the report itself. The verbs and answers are those
 * of the routes in `src/app/api/monitor`, which hosts without this server use.
 * @returns whether the request was one of these
 */
export function takeFastPath(request: IncomingMessage, response: ServerResponse): boolean {
  const listener = listeners.get(request.url?.split('?', 1)[0] ?? '');
  if (!listener) return false;
  // The listener refuses a host in capitals (http://PORTAL-PC:3000) and HTTP/1.0, which sends none; a report needs no host.
  request.headers.host = 'portal';
  response.setHeader('X-Content-Type-Options', 'nosniff');
  void listener(request, response);
  return true;
}
