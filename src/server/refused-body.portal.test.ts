import { execFile } from 'node:child_process';
import fs from 'node:fs';
import http from 'node:http';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startPortal, type TestPortal } from '#testing/portal/start-portal.ts';
import { reportBody } from '#testing/reports/send-report.ts';

const run = promisify(execFile);
const isThere = async (program: string): Promise<boolean> =>
  run(program, ['--version']).then(
    () => true,
    () => false,
  );
const [hasPython, hasCurl] = await Promise.all([isThere('python3'), isThere('curl')]);

let portal: TestPortal;
const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'tc-portal-senders-'));
const file = path.join(folder, 'body');
const body = Buffer.alloc(5_000_000, 'x');

beforeAll(async () => {
  fs.writeFileSync(file, body);
  portal = await startPortal();
});

afterAll(async () => {
  fs.rmSync(folder, { recursive: true, force: true });
  await portal.delete();
});

interface Sent {
  method: string;
  path: string;
  headers: Record<string, string>;
}
interface Answer {
  status: number | undefined;
  text: string;
}
type Client = (sent: Sent) => Promise<Answer>;

const reports = '/api/monitor/job-report';
const error = (sentence: string): string => JSON.stringify({ error: sentence });

interface Refusal {
  status: number;
  method?: string;
  path: string;
  secret?: string;
  /** The whole response, or the end of a long one. */
  text: string | RegExp;
}

const tooLarge: Refusal = {
  status: 413,
  path: reports,
  text: error('Body must be at most 1 MiB (1048576 bytes)'),
};

/** Requests whose response starts before a large body was read. */
const refusals: Record<string, Refusal> = {
  'a report that is too large': tooLarge,
  'a report with a wrong secret': {
    status: 401,
    path: reports,
    secret: 'wrong',
    text: error('Invalid or missing webhook secret'),
  },
  'PUT on reports': { status: 405, method: 'PUT', path: reports, text: error('Method not allowed') },
  'an API route without a session': {
    status: 401,
    path: '/api/plugins/x/run',
    text: /^\{"error":"[^"]+"\}$/,
  },
  'an unknown API path': { status: 404, path: '/api/unknown', text: error('Not found') },
  'an unknown page': { status: 404, path: '/unknown', text: /<\/html>$/ },
  'a page that takes none': { status: 200, path: '/sign-in', text: /<\/html>$/ },
};

function overNodeHttp(
  { method, path: to, headers }: Sent,
  own: Record<string, string>,
  write: (request: http.ClientRequest) => Promise<void> | void,
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const request = http.request(
      `${portal.url}${to}`,
      { method, headers: { ...headers, ...own }, agent: false },
      (response) => {
        text(response).then((whole) => resolve({ status: response.statusCode, text: whole }), reject);
      },
    );
    request.on('error', reject);
    Promise.resolve(write(request)).catch(reject);
  });
}

async function overFetch(sent: Sent, init: RequestInit & { duplex?: 'half' }): Promise<Answer> {
  const { method, headers } = sent;
  const response = await fetch(`${portal.url}${sent.path}`, { method, headers, ...init });
  return { status: response.status, text: await response.text() };
}

function overCurl(...options: string[]): Client {
  return async ({ method, path: to, headers }) => {
    const named = Object.entries(headers).flatMap(([name, value]) => ['-H', `${name}: ${value}`]);
    const { stdout } = await run('curl', [
      ...['--silent', '--show-error', '--max-time', '120', '-X', method, '-w', '\n%{http_code}'],
      ...[...named, ...options, `${portal.url}${to}`],
    ]);
    const [, answer = '', status] = /^([^]*)\n(\d+)$/.exec(stdout) ?? [];
    return { status: Number(status), text: answer };
  };
}

const inPython = `
import json, sys, urllib.request, urllib.error
method, url, headers, file = sys.argv[1:]
request = urllib.request.Request(url, open(file, 'rb').read(), json.loads(headers), method=method)
try:
    answer = urllib.request.urlopen(request, timeout=120)
except urllib.error.HTTPError as refusal:
    answer = refusal
print(json.dumps({'status': answer.status, 'text': answer.read().decode()}))
`;

const clients: Record<string, { isMissing?: boolean; send: Client }> = {
  "Python's urllib": {
    isMissing: !hasPython,
    send: async ({ method, path: to, headers }) => {
      const given = [method, `${portal.url}${to}`, JSON.stringify(headers), file];
      return JSON.parse((await run('python3', ['-c', inPython, ...given])).stdout) as Answer;
    },
  },
  "Node's http with a length": {
    send: (sent) =>
      overNodeHttp(sent, { 'Content-Length': String(body.length) }, (request) => void request.end(body)),
  },
  "Node's http in chunks": {
    send: (sent) =>
      overNodeHttp(sent, {}, (request) => {
        for (let at = 0; at < body.length; at += 50_000) request.write(body.subarray(at, at + 50_000));
        request.end();
      }),
  },
  'fetch with a buffer': { send: (sent) => overFetch(sent, { body }) },
  'fetch with a stream': {
    send: (sent) => overFetch(sent, { body: new Blob([body]).stream(), duplex: 'half' }),
  },
  'curl with a file': { isMissing: !hasCurl, send: overCurl('-d', `@${file}`) },
  'curl in chunks': {
    isMissing: !hasCurl,
    send: overCurl('-H', 'Transfer-Encoding: chunked', '--data-binary', `@${file}`),
  },
  'curl that does not wait': { isMissing: !hasCurl, send: overCurl('-H', 'Expect:', '-d', `@${file}`) },
};

const sentFor = (refusal: Refusal): Sent => ({
  method: refusal.method ?? 'POST',
  path: refusal.path,
  headers: {
    'Content-Type': 'application/json',
    'X-TC-Portal-Webhook-Secret': refusal.secret ?? portal.secrets.TC_PORTAL_WEBHOOK_SECRET ?? '',
  },
});

describe.concurrent('a refused sender can read why', () => {
  // First, because these need ten seconds.
  it.each([
    ['with a length', 'Content-Length: 2500000'],
    ['in chunks', 'Transfer-Encoding: chunked'],
  ])('at 2 Mbit/s %s', async (_, framing) => {
    const headers = Object.entries(sentFor(tooLarge).headers).map((header) => header.join(': '));
    const head = [`POST ${reports} HTTP/1.1`, 'Host: portal', ...headers, 'Connection: close', framing];
    const isInChunks = framing.includes('chunked');
    const socket = net.connect({ port: portal.port, host: '127.0.0.1' });
    // Reads after everything is sent, as the simplest clients do.
    socket.pause();
    const failed = new Promise<never>((_, reject) => socket.once('error', reject));
    const sent = async () => {
      socket.write(`${head.join('\r\n')}\r\n\r\n`);
      for (let at = 0; at < 2_500_000; at += 25_000) {
        if (isInChunks) socket.write(`${(25_000).toString(16)}\r\n`);
        socket.write(body.subarray(at, at + 25_000));
        if (isInChunks) socket.write('\r\n');
        await sleep(100);
      }
      if (isInChunks) socket.write('0\r\n\r\n');
    };
    await Promise.race([sent(), failed]);
    const answer = await Promise.race([text(socket), failed]);
    expect(answer).toMatch(/^HTTP\/1\.1 413 /);
    expect(answer.split('\r\n\r\n')[1]).toBe(tooLarge.text);
  });

  const table = Object.entries(refusals).flatMap(([what, refusal]) =>
    Object.entries(clients).map(([who, client]) => ({ what, refusal, who, ...client })),
  );
  for (const { what, refusal, who, isMissing, send } of table) {
    it.skipIf(isMissing)(`${who} with 5 MB: ${what}`, async () => {
      expect(await send(sentFor(refusal))).toEqual({
        status: refusal.status,
        text: typeof refusal.text === 'string' ? refusal.text : expect.stringMatching(refusal.text),
      });
    });
  }
});

describe('a body whose Content-Length is wrong [contract: reports]', () => {
  const report = JSON.stringify(reportBody({ title: '売上の集計' }));
  const headers = (length: number, ...more: string[]) =>
    [
      `POST ${reports} HTTP/1.1`,
      `X-TC-Portal-Webhook-Secret: ${portal.secrets.TC_PORTAL_WEBHOOK_SECRET}`,
      `Content-Length: ${length}`,
      ...more,
    ].join('\r\n') + '\r\n\r\n';

  /** Sends it in one piece and returns the responses. */
  async function send(sent: string, isEnded = false): Promise<string> {
    const socket = net.connect({ port: portal.port, host: '127.0.0.1', allowHalfOpen: true });
    socket.write(sent);
    if (isEnded) socket.end();
    const answer = await text(socket);
    socket.destroy();
    return answer;
  }

  // The commonest mistake: characters are counted, not bytes.
  it.each([[], ['Host: portal'], ['Host: portal', 'Connection: close']])(
    'because characters were counted: the response says so (%j)',
    async (...more) => {
      const answer = await send(headers(report.length, ...more) + report);
      expect(answer.match(/^HTTP\/1\.1 \d+/gm)).toEqual(['HTTP/1.1 400']);
      expect(JSON.parse(answer.split('\r\n\r\n')[1]!)).toEqual({
        error: 'Invalid JSON body',
        details: [{ field: 'body', problem: `is longer than its Content-Length (${report.length} bytes)` }],
      });
    },
  );

  it('because it ends before: the response says so if the sender still reads', async () => {
    const answer = await send(headers(5_000, 'Host: portal') + report, true);
    expect(answer).toMatch(/^HTTP\/1\.1 400 /);
    expect(answer).toContain(error('Body ended too early: it is shorter than its Content-Length'));
  });

  it('although more follows: a report that is whole is recorded', async () => {
    const answer = await send(`${headers(Buffer.byteLength(report))}${report}and more\r\n\r\n`);
    expect(answer.match(/^HTTP\/1\.1 \d+/gm)).toEqual(['HTTP/1.1 200']);
    expect(answer).toContain('"success":true');
  });

  it('is in the log of the portal, with the reason', () => {
    const log = fs.readFileSync(path.join(portal.folder, 'logs', 'portal.log'), 'utf8');
    expect(log).toContain('"problem":"Body ended too early: it is shorter than its Content-Length"');
    expect(log).not.toContain('売上の集計');
  });
});

it.each(['/sign-in', '/api/health'])(
  'a request without a host, as by hand, is answered (%s)',
  async (target) => {
    const socket = net.connect({ port: portal.port, host: '127.0.0.1' });
    socket.write(`GET ${target} HTTP/1.1\r\nConnection: close\r\n\r\n`);
    expect(await text(socket)).toMatch(/^HTTP\/1\.1 200 /);
  },
);
