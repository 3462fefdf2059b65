import type { IncomingMessage, ServerResponse } from 'node:http';
import { getRequestListener } from '@hono/node-server';
import { jobReportsRoute } from '#features/reports/answer-batch.ts';
import { jobReportRoute, jobStartRoute } from '#features/reports/answer-report.ts';
import { reportJob, reportJobs, reportJobStart } from '#features/reports/operations.ts';
import { isLongerThanDeclared } from '#server/refused-body.ts';

/** Explains invalid JSON: if the body was longer than its `Content-Length`, it was cut there. */
async function explainCut(answer: Response, incoming: IncomingMessage): Promise<Response> {
  if (answer.status !== 400 || !isLongerThanDeclared(incoming)) return answer;
  const said = (await answer.json()) as { error: string };
  const problem = `is longer than its Content-Length (${incoming.headers['content-length']} bytes)`;
  const isCut = said.error === 'Invalid JSON body';
  const { status, headers } = answer;
  return Response.json(isCut ? { ...said, details: [{ field: 'body', problem }] } : said, {
    status,
    headers,
  });
}

type Listener = (request: IncomingMessage, response: ServerResponse) => Promise<void>;

// One handler for every method: it responds 405 to all except POST.
function listen({ POST: respond }: typeof jobReportRoute): Listener {
  return getRequestListener(
    async (request, { incoming }) => explainCut(await respond(request), incoming as IncomingMessage),
    {
      overrideGlobalObjects: false,
      // The listener would cut a sender off half a second after refusing it; the server continues to read (refused-body.ts).
      autoCleanupIncoming: false,
    },
  );
}

const listeners = new Map<string, Listener>([
  [reportJob.path, listen(jobReportRoute)],
  [reportJobs.path, listen(jobReportsRoute)],
  [reportJobStart.path, listen(jobStartRoute)],
]);

/**
 * Handles a report without Next, which costs more than the report itself. It uses the verbs and responses of the routes
 * in `src/app/api/monitor`, which hosts without this server use.
 * @returns whether the request was one of these
 */
export function takeFastPath(request: IncomingMessage, response: ServerResponse): boolean {
  const listener = listeners.get(request.url?.split('?', 1)[0] ?? '');
  if (!listener) return false;
  // The listener refuses an upper-case host (http://PORTAL-PC:3000) and HTTP/1.0, which sends no host; a report needs none.
  request.headers.host = 'portal';
  response.setHeader('X-Content-Type-Options', 'nosniff');
  void listener(request, response);
  return true;
}
