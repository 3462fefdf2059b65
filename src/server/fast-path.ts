import type { IncomingMessage, ServerResponse } from 'node:http';
import { getRequestListener } from '@hono/node-server';
import { jobReportRoute, jobStartRoute } from '#features/reports/answer-report.ts';
import { reportJob, reportJobStart } from '#features/reports/api.ts';

type Listener = (request: IncomingMessage, response: ServerResponse) => Promise<void>;

// One handler answers every method: what is not POST gets its 405.
function listen({ POST: respond }: typeof jobReportRoute): Listener {
  return getRequestListener((request) => respond(request), {
    overrideGlobalObjects: false,
    // It would cut a sender off half a second after its refusal; the server reads on (refused-body.ts).
    autoCleanupIncoming: false,
  });
}

const listeners = new Map<string, Listener>([
  [reportJob.path, listen(jobReportRoute)],
  [reportJobStart.path, listen(jobStartRoute)],
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
