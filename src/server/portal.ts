import { randomUUID } from 'node:crypto';
import http from 'node:http';
import next from 'next';
import { takeFastPath } from '#server/fast-path.ts';
import { readRefusedBodies } from '#server/refused-body.ts';
import { onRunsAnnounced } from '#process/waiting-runs.ts';
import { obeyParent, reportReady, runsWaiting, tellParent } from '#process/parent.ts';

const dev = process.env.PORTAL_DEV === '1';
const host = process.env.HOST ?? '127.0.0.1';
const port = Number(process.env.PORT ?? '3000');

const server = http.createServer({
  // A script on a slow line needs time for its log; a client that never finishes must not hold a socket for ever.
  headersTimeout: 15_000,
  // Longer than the reading of a refused body may take, so that its sender gets its own answer.
  requestTimeout: 180_000,
  // Longer than the usual minute of a proxy in front, so that the proxy is the one that closes.
  keepAliveTimeout: 65_000,
  maxHeaderSize: 32 * 1024,
});
server.maxHeadersCount = 200;
const cutOffRefused = readRefusedBodies(server);

// Next listens for upgrades, which only its development needs, and leaves those it does not know without an answer. Without
// a listener Node answers what merely offers one, as Java's client and curl --http2 do, like any other request.
const upgradable = dev ? server : http.createServer();

const app = next({ dev, dir: process.cwd(), hostname: host, port, httpServer: upgradable });
await app.prepare();
const handle = app.getRequestHandler();

/** The caller's own id when it is harmless to log, or a new one. */
function requestId(given: string | string[] | undefined): string {
  return typeof given === 'string' && /^[\w.:-]{8,128}$/.test(given) ? given : randomUUID();
}

// Whoever connects may write any forwarded address; only a proxy that the operator vouches for is believed.
const isBehindProxy = process.env.TC_PORTAL_BEHIND_PROXY === '1';

server.on('request', (request, response) => {
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
  // Requests that run get a moment; a development socket never ends by itself.
  await Promise.race([closed, new Promise((resolve) => setTimeout(resolve, dev ? 200 : 5_000).unref())]);
  server.closeAllConnections();
  await Promise.race([app.close(), new Promise((resolve) => setTimeout(resolve, 2_000).unref())]);
});

server.listen({ port, host }, reportReady);
