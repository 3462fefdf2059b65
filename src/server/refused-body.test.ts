import http, { type IncomingMessage, type ServerResponse } from 'node:http';
import net, { type AddressInfo, type Socket } from 'node:net';
import { PassThrough, pipeline, Readable } from 'node:stream';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { isLongerThanDeclared, readRefusedBodies, type RefusedBodyBounds } from '#server/refused-body.ts';
import { until } from '#testing/until.ts';

const sentence = '{"error":"Invalid or missing webhook secret"}';
const long = 'x'.repeat(300_000);

/** Ways in which a handler responds without reading the body. */
const refusals: Record<string, (response: ServerResponse) => void> = {
  '/at-once': (response) => response.writeHead(401, { 'Content-Length': sentence.length }).end(sentence),
  '/without-head': (response) => {
    response.statusCode = 401;
    response.end(sentence);
  },
  // As Next does.
  '/in-pieces': (response) => {
    response.statusCode = 401;
    response.flushHeaders();
    for (const character of sentence) response.write(character);
    response.end();
  },
  // Waits for the drain event.
  '/long': (response) => {
    response.statusCode = 401;
    Readable.from(Array.from({ length: 30 }, () => long.slice(0, 10_000))).pipe(response);
  },
};

interface TestServer {
  server: http.Server;
  cutOffAll: () => void;
  /** The last request and its response. */
  seen: () => { request: IncomingMessage; response: ServerResponse } | undefined;
  connect: () => Promise<TestClient>;
}

interface TestClient {
  socket: Socket;
  /** Everything received so far. */
  text: () => string;
  /** The error that closed the connection. */
  error: () => Error | undefined;
  /** The client's side is closed. */
  closed: Promise<void>;
  /** The server's socket of this connection. */
  atServer: Socket;
  /** The server has destroyed its socket, which a client only notices when it sends. */
  gone: Promise<void>;
  send: (...parts: (string | Buffer)[]) => void;
}

const once = (socket: Socket, event: 'connect' | 'close' | 'drain'): Promise<void> =>
  new Promise((resolve) => socket.once(event, () => resolve()));

/** Sends 5 MB as fast as the server accepts them. */
async function sendAll(socket: Socket): Promise<void> {
  for (let sent = 0; sent < 5_000_000; sent += piece.length)
    if (!socket.write(piece)) await once(socket, 'drain');
}

let log: string[];

beforeEach(() => {
  log = [];
  vi.spyOn(process.stdout, 'write').mockImplementation((line) => log.push(String(line)) > 0);
});

const running: { server: http.Server; sockets: Socket[] }[] = [];

afterEach(async () => {
  for (const { server, sockets } of running.splice(0)) {
    for (const socket of sockets) socket.destroy();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
});

type Listener = (request: IncomingMessage, response: ServerResponse) => void;

async function start(
  bounds: Partial<RefusedBodyBounds> = {},
  listener: Listener = (request, response) => refusals[request.url ?? '']?.(response),
  options: http.ServerOptions = {},
): Promise<TestServer> {
  let last: { request: IncomingMessage; response: ServerResponse } | undefined;
  const server = http.createServer(options, (request, response) => {
    last = { request, response };
    listener(request, response);
  });
  const cutOffAll = readRefusedBodies(server, bounds);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const sockets: Socket[] = [];
  const atServer = new Map<number | undefined, Socket>();
  server.on('connection', (socket) => atServer.set(socket.remotePort, socket));
  running.push({ server, sockets });
  return {
    server,
    cutOffAll,
    seen: () => last,
    connect: async () => {
      // Half open, like a client that stays after the server has ended.
      const socket = net.connect({
        port: (server.address() as AddressInfo).port,
        host: '127.0.0.1',
        allowHalfOpen: true,
      });
      sockets.push(socket);
      let text = '';
      let error: Error | undefined;
      socket.on('data', (piece) => (text += String(piece))).on('error', (reason) => (error = reason));
      const closed = once(socket, 'close');
      await once(socket, 'connect');
      const other = (await until(() => atServer.get(socket.localPort))) as Socket;
      return {
        socket,
        text: () => text,
        error: () => error,
        closed,
        atServer: other,
        gone: once(other, 'close'),
        send: (...parts) => {
          for (const part of parts) socket.write(part);
        },
      };
    },
  };
}

const head = (path: string, ...headers: string[]): string =>
  [`POST ${path} HTTP/1.1`, 'Host: portal', ...headers].join('\r\n') + '\r\n\r\n';
const declared = (path: string, bytes: number, ...headers: string[]): string =>
  head(path, `Content-Length: ${bytes}`, ...headers);
const piece = Buffer.alloc(50_000, 'b');
const inChunk = Buffer.concat([Buffer.from('c350\r\n'), piece, Buffer.from('\r\n')]);

/** Both halves of a body of 100,000 bytes, declared and in chunks. */
const bodies = [
  ['declared', 'Content-Length: 100000', [piece], [piece]],
  ['in chunks', 'Transfer-Encoding: chunked', [inChunk], [inChunk, '0\r\n\r\n']],
] as const;

const isWhole = (text: string, path: string): boolean =>
  path === '/long'
    ? text.endsWith('\r\n0\r\n\r\n')
    : path === '/in-pieces'
      ? text.endsWith('1\r\n}\r\n0\r\n\r\n')
      : text.endsWith(sentence);

describe.each(Object.keys(refusals))('a response %s', (path) => {
  it.each(bodies)(
    'waits for a body that is %s, and the connection stays open',
    async (_, framing, first, second) => {
      const { connect, seen } = await start();
      const client = await connect();
      for (let round = 1; round <= 2; round += 1) {
        client.send(head(path, framing), ...first);
        await until(
          () => seen()?.request.complete === false && client.atServer.bytesRead >= client.socket.bytesWritten,
        );
        const before = client.text().length;
        client.send(...second);
        await until(() => client.text().length > before && isWhole(client.text(), path));
        expect(client.text().slice(before)).toMatch(/^HTTP\/1\.1 401 /);
        if (path === '/long') expect(client.text().length - before).toBeGreaterThan(long.length);
      }
      expect(client.atServer.destroyed).toBe(false);
    },
  );

  it.each(bodies)(
    'to pipelined requests with bodies %s is sent once for each',
    async (_, framing, first, second) => {
      const { connect } = await start();
      const client = await connect();
      const whole = [head(path, framing), ...first, ...second].map((part) => Buffer.from(part));
      // In one piece, so that the next request starts where the body ends.
      client.send(Buffer.concat([...whole, ...whole, ...whole]));
      await until(
        () => client.text().match(/HTTP\/1\.1 401 /g)?.length === 3 && isWhole(client.text(), path),
      );
    },
  );

  it.each(bodies)(
    'reaches a sender of Connection: close with a body %s',
    async (_, framing, first, second) => {
      const { connect } = await start();
      const client = await connect();
      client.send(head(path, framing, 'Connection: close'), ...first, ...second);
      await until(() => isWhole(client.text(), path));
      client.socket.end();
      await client.closed;
      expect(client.error()).toBeUndefined();
    },
  );

  it('reaches a sender over the limit that reads only after it has sent everything', async () => {
    const { connect } = await start({ bytesMax: 100_000, lingerMs: 60_000 });
    const client = await connect();
    client.socket.pause();
    client.send(declared(path, 5_000_000, 'Connection: close'));
    await sendAll(client.socket);
    client.socket.resume();
    await until(() => isWhole(client.text(), path));
    client.socket.end();
    await client.closed;
    expect(client.error()).toBeUndefined();
  });

  it.each<[string, Partial<RefusedBodyBounds>]>([
    ['too much', { bytesMax: 100_000 }],
    ['too slowly', { drainMsMax: 200 }],
    ['nothing more', { silenceMsMax: 200 }],
  ])('a sender that sends %s gets it and is cut off', async (what, bounds) => {
    const { connect } = await start({ lingerMs: 200, ...bounds });
    const client = await connect();
    client.send(declared(path, 1_000_000_000), piece);
    const pace = setInterval(
      () => what !== 'nothing more' && client.send(what === 'too much' ? piece : 'b'),
      10,
    );
    try {
      await until(() => isWhole(client.text(), path));
      // Otherwise the client would continue for ever.
      await client.gone;
    } finally {
      clearInterval(pace);
    }
    expect(client.text()).toMatch(/^HTTP\/1\.1 401 /);
  });
});

describe('the limits', () => {
  it('announce that the connection of a sender over them will close', async () => {
    const { connect } = await start({ bytesMax: 100, lingerMs: 200 });
    const client = await connect();
    client.send(declared('/without-head', 100_000), piece);
    await client.gone;
    await until(() => isWhole(client.text(), '/without-head'));
    expect(client.text()).toContain('\r\nConnection: close\r\n');
  });

  it.each(['/at-once', '/in-pieces'])('a sender over the maximum replaces the oldest (%s)', async (path) => {
    const { connect } = await start({ sendersMax: 1, lingerMs: 200 });
    const first = await connect();
    first.send(declared(path, 100_000), piece);
    await until(() => first.atServer.bytesRead > piece.length);
    const second = await connect();
    second.send(declared(path, 100_000), piece);
    await until(() => isWhole(first.text(), path));
    await first.gone;
    expect(second.text()).toBe('');
    second.send(piece);
    await until(() => isWhole(second.text(), path));
  });

  it('a server that stops sends every sender its response', async () => {
    const { connect, cutOffAll } = await start({ lingerMs: 200 });
    const client = await connect();
    client.send(declared('/at-once', 100_000), piece);
    await until(() => client.atServer.bytesRead > piece.length);
    expect(client.text()).toBe('');
    cutOffAll();
    await until(() => isWhole(client.text(), '/at-once'));
    await client.gone;
  });

  it.each<[string, (request: IncomingMessage, other: PassThrough) => void]>([
    ['a pipe', (request, other) => void request.pipe(other)],
    // As Next does with forms.
    ['a pipeline', (request, other) => pipeline(request, other, () => {})],
  ])('a body that the handler gives up in %s is read all the same', async (_name, connectTo) => {
    const { connect } = await start({}, (request, response) => {
      const other = new PassThrough({ highWaterMark: 10 });
      connectTo(request, other);
      other.once('close', () => refusals['/at-once']?.(response)).destroy(new Error('Too large'));
      other.on('error', () => {});
    });
    const client = await connect();
    client.send(declared('/at-once', 5_000_000));
    await sendAll(client.socket);
    await until(() => isWhole(client.text(), '/at-once'), Boolean, 5_000);
  });

  it('a sender that disconnects frees its place for another', async () => {
    const { connect } = await start({ sendersMax: 1 });
    for (let round = 1; round <= 3; round += 1) {
      const away = await connect();
      away.send(declared('/at-once', 100_000), piece);
      await until(() => away.atServer.bytesRead > piece.length);
      away.socket.destroy();
      await away.gone;
      const client = await connect();
      client.send(declared('/at-once', 100_000), piece);
      await until(() => client.atServer.bytesRead > piece.length);
      expect(client.text()).toBe('');
      client.send(piece);
      await until(() => isWhole(client.text(), '/at-once'));
    }
  });

  it('data after the refusal has no reader, so that it needs no memory', async () => {
    const taken: Buffer[] = [];
    const { connect, seen } = await start({}, (request, response) => {
      // As Next does: it buffers all data, even if nothing reads it.
      request.on('data', (data: Buffer) => {
        taken.push(data);
        if (taken.length === 1) refusals['/at-once']?.(response);
      });
    });
    const client = await connect();
    client.send(declared('/at-once', 10_000_000));
    for (let sent = 0; sent < 10_000_000; sent += piece.length) client.send(piece);
    await until(() => isWhole(client.text(), '/at-once'));
    expect(taken).toHaveLength(1);
    expect(seen()?.request.readableLength).toBe(0);
  });
});

describe('requests that need no reading', () => {
  it.each(['GET', 'HEAD'])('%s is not changed', async (method) => {
    const { connect, seen } = await start();
    const client = await connect();
    client.send(`${method} /at-once HTTP/1.1\r\nHost: portal\r\n\r\n`);
    await until(() => client.text().endsWith(method === 'GET' ? sentence : '\r\n\r\n'));
    expect(Object.hasOwn(seen()?.response ?? {}, 'end')).toBe(false);
  });

  it('a complete body gets its response at once, and its unread rest does not hold up the next request', async () => {
    const { connect } = await start({}, (request, response) => {
      // A reader that stopped after the start of a body that arrived completely.
      request.once('data', () => {
        request.pause();
        void until(() => request.complete).then(() => refusals['/at-once']?.(response));
      });
    });
    const client = await connect();
    for (let round = 1; round <= 3; round += 1) {
      const before = client.text().length;
      client.send(declared('/at-once', 30_000), piece.subarray(0, 20_000), piece.subarray(0, 10_000));
      await until(() => client.text().length > before && isWhole(client.text(), '/at-once'));
    }
  });

  it('an unknown expectation is refused after its body has been read', async () => {
    const { connect } = await start();
    const client = await connect();
    client.send(declared('/at-once', 100_000, 'Expect: a-miracle', 'Connection: close'), piece, piece);
    await until(() => client.text().startsWith('HTTP/1.1 417 ') && client.text().endsWith('"}'));
    client.socket.end();
    await client.closed;
    expect(client.error()).toBeUndefined();
  });
});

describe('refusals by Node', () => {
  const impatient = { requestTimeout: 200, headersTimeout: 200, connectionsCheckingInterval: 20 };

  it.each([
    ['400', 'no HTTP at all\r\n\r\n'],
    ['431', head('/at-once', `X-Long: ${'x'.repeat(100_000)}`)],
  ])('%s reaches a sender that reads at the end', async (status, start_) => {
    const { connect } = await start({ lingerMs: 60_000 });
    const client = await connect();
    client.socket.pause();
    client.send(start_);
    await sendAll(client.socket);
    client.socket.resume();
    await until(() => client.text().startsWith(`HTTP/1.1 ${status} `) && client.text().endsWith('"}'));
    client.socket.end();
    await client.closed;
    expect(client.error()).toBeUndefined();
  });

  it.each<[string, Partial<RefusedBodyBounds>]>([
    ['is silent', { lingerMs: 100 }],
    ['never stops', { bytesMax: 100_000 }],
    ['is one too many', { sendersMax: 0 }],
  ])('a sender that %s is cut off', async (what, bounds) => {
    const { connect } = await start(bounds);
    const client = await connect();
    client.send('no HTTP at all\r\n\r\n');
    await until(() => client.text().startsWith('HTTP/1.1 400 Bad Request\r\n'));
    const pace = setInterval(() => what === 'never stops' && client.send(piece), 10);
    await client.gone.finally(() => clearInterval(pace));
  });

  it('a body that is too slow gets a 408, and its connection ends', async () => {
    const { connect } = await start({ lingerMs: 100 }, () => {}, impatient);
    const client = await connect();
    client.send(declared('/at-once', 100_000), piece);
    await client.gone;
    await until(client.text, (text) => /^HTTP\/1\.1 408 Request Timeout\r\n[^]*"\}$/.test(text));
  });

  it.each(Object.keys(refusals))('a waiting refusal is sent instead of the 408 (%s)', async (path) => {
    const { connect } = await start({ lingerMs: 100 }, undefined, impatient);
    const client = await connect();
    client.send(declared(path, 100_000), piece);
    await client.gone;
    await until(() => isWhole(client.text(), path));
    expect(client.text()).toMatch(/^HTTP\/1\.1 401 /);
  });

  it('a waiting refusal is sent once, instead of the 400 for an invalid chunk, to a sender that reads at the end', async () => {
    const { connect } = await start({ lingerMs: 60_000 });
    const client = await connect();
    client.socket.pause();
    client.send(head('/at-once', 'Transfer-Encoding: chunked'), inChunk, 'no chunk\r\n');
    await sendAll(client.socket);
    client.socket.resume();
    await until(() => isWhole(client.text(), '/at-once'));
    client.socket.end();
    await client.closed;
    expect(client.error()).toBeUndefined();
    expect(client.text().match(/HTTP\/1\.1 \d+/g)).toEqual(['HTTP/1.1 401']);
  });

  it('a response in progress is not mixed with another', async () => {
    const { connect } = await start({ lingerMs: 100 }, (_, response) => response.write('begun'));
    const client = await connect();
    client.send('GET / HTTP/1.1\r\nHost: portal\r\n\r\n');
    await until(() => client.text().includes('begun'));
    client.send('no HTTP at all\r\n\r\n');
    await client.gone;
    expect(client.text()).not.toContain(' 400 ');
  });

  const chunked = 'Transfer-Encoding: chunked';
  const short = JSON.stringify({ error: 'x' });
  /** What is sent, whether the sender then ends its side, and the refusal. */
  it.each<[string, (string | Buffer)[], 'ends' | 'waits', number, string]>([
    ['no HTTP', ['\x16\x03\x01\x02\x00\r\n\r\n'], 'waits', 400, 'Request is not valid HTTP'],
    ['half a request', ['POST / HTTP/1.1\r\nHost: p'], 'ends', 400, 'Request ended too early'],
    [
      'headers that are too long',
      [head('/', `X-Long: ${'x'.repeat(100_000)}`)],
      'waits',
      431,
      'Headers are too long',
    ],
    [
      'a line break in a header',
      [head('/', 'X-Secret: a\nb c: d')],
      'waits',
      400,
      'A header contains a line break',
    ],
    [
      'a NUL in a header',
      [head('/', 'X-Secret: a\0b')],
      'waits',
      400,
      'A header contains a character that is not allowed',
    ],
    [
      'a length that is no number',
      [head('/', 'Content-Length: 5x')],
      'waits',
      400,
      'Content-Length must be one whole number',
    ],
    [
      'two lengths',
      [head('/', 'Content-Length: 5', 'Content-Length: 6')],
      'waits',
      400,
      'Body must have one Content-Length, or Transfer-Encoding: chunked',
    ],
    [
      'a length and chunks',
      [head('/', 'Content-Length: 5', chunked)],
      'waits',
      400,
      'Body must have one Content-Length, or Transfer-Encoding: chunked',
    ],
    [
      'chunks that are none',
      [head('/', chunked), short],
      'waits',
      400,
      'Body is not in valid chunks, although Transfer-Encoding says so',
    ],
    [
      'long chunk extensions',
      [head('/', chunked), `5;${'x'.repeat(20_000)}\r\n`],
      'waits',
      413,
      'Chunk extensions are too long',
    ],
    [
      'a body that is too short',
      [declared('/', 100), short],
      'ends',
      400,
      'Body ended too early: it is shorter than its Content-Length',
    ],
    ['chunks without an end', [head('/', chunked), '1\r\na\r\n'], 'ends', 400, 'Request ended too early'],
    [
      'a body that never comes',
      [declared('/', 100), short],
      'waits',
      408,
      'Body did not arrive in time: is it shorter than its Content-Length?',
    ],
    [
      'headers that never end',
      ['POST / HTTP/1.1\r\nHost: p'],
      'waits',
      408,
      'Request did not arrive in time',
    ],
  ])(
    '%s: JSON with the reason, which is logged too [contract: every answer]',
    async (_what, parts, then, status, error) => {
      const { connect } = await start({ lingerMs: 100 }, () => {}, impatient);
      const client = await connect();
      client.send(...parts);
      if (then === 'ends') client.socket.end();
      await until(() => client.text().endsWith('}'));
      const [headers = '', body = ''] = client.text().split('\r\n\r\n');
      expect(JSON.parse(body)).toEqual({ error });
      expect(headers).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
      expect(headers).toContain('Content-Type: application/json; charset=utf-8');
      expect(headers).toContain('Cache-Control: no-store');
      expect(headers).toContain(`Content-Length: ${body.length}`);
      const id = /X-Request-Id: (\S+)/.exec(headers)?.[1];
      expect(log.map((line) => JSON.parse(line) as object)).toEqual([
        expect.objectContaining({ event: 'refused', request_id: id, status, problem: error }),
      ]);
      await client.gone;
    },
  );

  it('a connection on which nothing is sent is not logged: browsers open some in advance', async () => {
    const { connect } = await start({ lingerMs: 100 }, () => {}, impatient);
    const client = await connect();
    await client.gone;
    expect(log).toEqual([]);
  });

  it('a body that is longer than its length: its own response is sent, and the rest is no request', async () => {
    const { connect, seen } = await start({ lingerMs: 100 }, (request, response) => {
      request.resume().once('end', () => setImmediate(() => response.writeHead(200).end('recorded')));
    });
    const client = await connect();
    client.send(declared('/', 10) + JSON.stringify({ message: 'x'.repeat(50) }));
    await client.gone;
    await until(() => client.text().includes('recorded'));
    expect(client.text().match(/HTTP\/1\.1 \d+/g)).toEqual(['HTTP/1.1 200']);
    expect(isLongerThanDeclared(seen()!.request)).toBe(true);
    expect(log.join('')).toContain('"problem":"What follows the request is not another one"');
  });

  it('the rest of a body that comes after its response is refused with the reason', async () => {
    const { connect } = await start({ lingerMs: 100 }, (_, response) => response.end('recorded'));
    const client = await connect();
    client.send(`${declared('/', 2)}{}`);
    await until(() => client.text().includes('recorded'));
    client.send('}, and so on\r\n\r\n');
    await client.gone;
    await until(() =>
      client
        .text()
        .endsWith('{"error":"Body is longer than its Content-Length: what follows is not a request"}'),
    );
  });

  it('whatever is sent, every response is whole, and every refusal is JSON', async () => {
    const { connect } = await start(
      { lingerMs: 50 },
      (request, response) => {
        request
          .on('error', () => {})
          .resume()
          .once('end', () => response.writeHead(200, { 'Content-Length': 2 }).end('{}'));
      },
      { requireHostHeader: false },
    );
    const body = '{"job_key":"a"}';
    const requests = [
      declared('/', body.length) + body,
      declared('/', body.length, 'Connection: close') + body,
      `${head('/', chunked)}f\r\n${body}\r\n0\r\n\r\n`,
      `${declared('/', body.length)}${body}${declared('/', body.length)}${body}`,
    ];
    const piece = fc.constantFrom(
      '',
      '\r',
      '\n',
      '\0',
      ' ',
      ':',
      '0',
      'f',
      '\r\n',
      '\r\n\r\n',
      'Ä',
      '1e9',
      chunked,
    );
    const change = fc.record({ at: fc.nat(300), cut: fc.nat(40), put: piece });
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...requests),
        fc.array(change, { maxLength: 3 }),
        async (request, changes) => {
          let sent = request;
          for (const { at, cut, put } of changes) sent = sent.slice(0, at) + put + sent.slice(at + cut);
          const client = await connect();
          client.send(Buffer.from(sent, 'latin1'));
          client.socket.end();
          await client.closed;
          let rest = client.text();
          if (/[^\r\n]/.test(sent)) expect(rest).not.toBe('');
          while (rest !== '') {
            const [, status, headers = ''] = /^HTTP\/1\.1 (\d+) [^\r\n]*\r\n([^]*?\r\n)\r\n/.exec(rest) ?? [];
            expect(Number(status)).toBeGreaterThan(0);
            const length = Number(/content-length: (\d+)/i.exec(headers)?.[1]);
            const start = rest.indexOf('\r\n\r\n') + 4;
            const said = JSON.parse(rest.slice(start, start + length)) as { error?: string };
            expect(said.error === undefined).toBe(status === '200');
            rest = rest.slice(start + length);
          }
        },
      ),
      { numRuns: 500 },
    );
  });
});
