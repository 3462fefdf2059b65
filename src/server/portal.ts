import { randomUUID } from 'node:crypto';
import http from 'node:http';
import next from 'next';
import { takeFastPath } from './report-fast-path.ts';
import { settingOf } from '#domain/setting.ts';
import { readRefusedBodies } from '#server/refused-body.ts';
import { tidyRequest } from '#server/request-target.ts';
import { onRunsAnnounced } from '#process/waiting-runs.ts';
import { obeyParent, reportReady, runsWaiting, tellParent } from '#process/parent.ts';

const dev = process.env.PORTAL_DEV === '1';
const host = process.env.HOST ?? '127.0.0.1';
const port = Number(process.env.PORT ?? '3000');

const server = http.createServer({
  // A script on a slow connection needs time for its log, but a client that never finishes must not occupy a socket for ever.
  headersTimeout: 15_000,
  // Longer than the time for reading a refused body, so that its sender gets the refusal.
  requestTimeout: 180_000,
  // Longer than the usual minute of a proxy in front, so that the proxy closes first.
  keepAliveTimeout: 65_000,
  maxHeaderSize: 32 * 1024,
  // HTTP/1.0 has none either. Node would refuse it with a 400 that says nothing.
  requireHostHeader: false,
});
server.maxHeadersCount = 200;
const cutOffRefused = readRefusedBodies(server);

// Next listens for upgrades, which only its development mode needs, and does not respond to those it does not know.
// Without it Node handles a request that offers an upgrade (Java's client, curl --http2) like any other.
const upgradable = dev ? server : http.createServer();

const app = next({ dev, dir: process.cwd(), hostname: host, port, httpServer: upgradable });
await app.prepare();
const handle = app.getRequestHandler();

/** Returns the caller's own id if it is safe to log, or a new one. */
function requestId(given: string | string[] | undefined): string {
  return typeof given === 'string' && /^[\w.:-]{8,128}$/.test(given) ? given : randomUUID();
}

// Clients can send any forwarded address; only a proxy that the operator trusts is believed.
const isBehindProxy = settingOf(process.env.TC_PORTAL_BEHIND_PROXY) === '1';

server.on('request', (request, response) => {
  tidyRequest(request);
  if (!isBehindProxy) {
    for (const name of ['x-forwarded-for', 'x-forwarded-host', 'x-forwarded-proto', 'forwarded'])
      delete request.headers[name];
    request.headers['x-forwarded-for'] = request.socket.remoteAddress;
  }
  const id = requestId(request.headers['x-request-id']);
  request.headers['x-request-id'] = id;
  response.setHeader('X-Request-Id', id);
  if (takeFastPath(request, response)) return;
  handle(request, response).catch(() => {
    console.error(`request ${id} failed`);
    if (!response.headersSent) response.writeHead(500, { 'Content-Type': 'application/json' });
    response.end('{"error":"Internal server error"}');
  });
});

server.on('error', (error) => {
  console.error(`cannot listen: ${'code' in error ? String(error.code) : error.message}`);
  process.exit(1);
});

onRunsAnnounced(() => tellParent(runsWaiting));

obeyParent(async () => {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  server.closeIdleConnections();
  cutOffRefused();
  // Running requests get a moment to finish; a development socket never ends by itself.
  await Promise.race([closed, new Promise((resolve) => setTimeout(resolve, dev ? 200 : 5_000).unref())]);
  server.closeAllConnections();
  await Promise.race([app.close(), new Promise((resolve) => setTimeout(resolve, 2_000).unref())]);
});

server.listen({ port, host }, reportReady);
