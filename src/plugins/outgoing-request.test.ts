import type dns from 'node:dns';
import http from 'node:http';
import net, { type AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readProxySettings } from '#data/env.ts';
import { listen, type TestHttpServer } from '#testing/http/listen.ts';
import { createGuardedFetch, TargetRefusedError, TargetUnreachableError } from './outgoing-request.ts';

let server: TestHttpServer;
const seen: { path: string; headers: http.IncomingHttpHeaders; method: string }[] = [];

beforeAll(async () => {
  server = await listen((request, response) => {
    const url = new URL(request.url ?? '/', 'http://x');
    seen.push({ path: url.pathname, headers: request.headers, method: request.method ?? '' });
    const to = url.searchParams.get('to');
    if (url.pathname === '/redirect') response.writeHead(302, { location: to ?? '/' }).end();
    else if (url.pathname === '/loop') response.writeHead(302, { location: '/loop' }).end();
    else if (url.pathname === '/large') response.end('x'.repeat(100_000));
    else if (url.pathname !== '/silent') response.end('here');
  });
});
afterAll(() => server.close());

/** Creates a resolver in which every name has the given addresses. */
const resolvesTo = (...addresses: string[]): typeof dns.lookup =>
  ((_name: string, _options: object, callback: (error: null, found: dns.LookupAddress[]) => void) =>
    callback(
      null,
      addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })),
    )) as unknown as typeof dns.lookup;

const local = () => `127.0.0.1:${server.port}`;

describe('[rule 35: outgoing calls]', () => {
  it.each([
    'http://127.0.0.1/',
    'http://2130706433/',
    'http://0x7f.1/',
    'http://[::1]/',
    'http://[::ffff:10.0.0.1]/',
    'http://169.254.169.254/latest/meta-data/',
    'http://10.1.2.3:8080/',
    'http://0.0.0.0/',
  ])('reject the private address %s', async (url) => {
    await expect(createGuardedFetch({ proxies: null, allowedHosts: [] })(url)).rejects.toThrow(
      TargetRefusedError,
    );
  });

  it.each([
    'file:///etc/passwd',
    'ftp://example.com/',
    'gopher://example.com/',
    'http://user:secret@example.com/',
    'nonsense',
  ])('reject %s', async (url) => {
    await expect(createGuardedFetch({ proxies: null, allowedHosts: [] })(url)).rejects.toThrow(
      TargetRefusedError,
    );
  });

  it.each([['127.0.0.1'], ['93.184.216.34', '10.0.0.1'], ['fe80::1'], ['::1']])(
    'reject a name that resolves to %s, before any connection',
    async (...addresses) => {
      const before = seen.length;
      const fetch = createGuardedFetch({
        proxies: null,
        allowedHosts: [],
        resolve: resolvesTo(...addresses),
      });
      await expect(fetch(`http://innocent.example:${server.port}/`)).rejects.toThrow(TargetRefusedError);
      expect(seen).toHaveLength(before);
    },
  );

  it('check the address that is connected to, even if the name resolves differently the next time', async () => {
    let asked = 0;
    const resolve = ((name: string, options: object, callback: never) => {
      asked += 1;
      // Public on the first lookup, private afterwards.
      (resolvesTo(asked === 1 ? '192.88.98.1' : '127.0.0.1') as (...all: unknown[]) => void)(
        name,
        options,
        callback,
      );
    }) as unknown as typeof dns.lookup;
    const fetch = createGuardedFetch({ proxies: null, allowedHosts: [], resolve });
    const before = seen.length;
    await expect(fetch(`http://rebinding.example:${server.port}/`, { timeoutMs: 300 })).rejects.toThrow();
    await expect(fetch(`http://rebinding.example:${server.port}/`, { timeoutMs: 300 })).rejects.toThrow(
      TargetRefusedError,
    );
    expect(seen).toHaveLength(before);
  });

  it('reach a private host that the operator has allowed', async () => {
    for (const allowed of [local(), '127.0.0.1']) {
      const answer = await createGuardedFetch({ proxies: null, allowedHosts: [allowed] })(
        `http://${local()}/`,
      );
      expect(answer).toMatchObject({ status: 200, text: 'here', isCut: false });
    }
  });

  it('reject a redirect to a private address', async () => {
    const fetch = createGuardedFetch({ proxies: null, allowedHosts: [local()] });
    const target = encodeURIComponent('http://127.0.0.2/');
    await expect(fetch(`http://${local()}/redirect?to=${target}`)).rejects.toThrow(TargetRefusedError);
    const named = createGuardedFetch({
      proxies: null,
      allowedHosts: [local()],
      resolve: resolvesTo('10.0.0.1'),
    });
    const byName = encodeURIComponent('http://inner.example/');
    await expect(named(`http://${local()}/redirect?to=${byName}`)).rejects.toThrow(TargetRefusedError);
  });

  it('follow five redirects and no more', async () => {
    const fetch = createGuardedFetch({ proxies: null, allowedHosts: [local()] });
    const before = seen.length;
    await expect(fetch(`http://${local()}/loop`)).rejects.toThrow('redirects more than 5 times');
    expect(seen.length - before).toBe(6);
  });

  it('give headers to the first origin only', async () => {
    const other = await listen((request, response) => response.end(request.headers.authorization ?? 'none'));
    const fetch = createGuardedFetch({ proxies: null, allowedHosts: ['127.0.0.1'] });
    const to = encodeURIComponent(`${other.url}/`);
    const answer = await fetch(`http://${local()}/redirect?to=${to}`, {
      headers: { Authorization: 'Bearer secret', Host: 'evil.example' },
    });
    expect(seen.at(-1)?.headers).toMatchObject({ authorization: 'Bearer secret', host: local() });
    expect(answer.text).toBe('none');
    other.close();
  });

  it('read no more of a response than the limit', async () => {
    const fetch = createGuardedFetch({ proxies: null, allowedHosts: [local()] });
    expect(await fetch(`http://${local()}/large`, { bytesMax: 1_000 })).toMatchObject({
      bytes: 1_000,
      isCut: true,
    });
  });

  it('give up after the timeout, and at once when aborted', async () => {
    const fetch = createGuardedFetch({ proxies: null, allowedHosts: [local()] });
    await expect(fetch(`http://${local()}/silent`, { timeoutMs: 100 })).rejects.toThrow(
      TargetUnreachableError,
    );
    const controller = new AbortController();
    const call = fetch(`http://${local()}/silent`, { signal: controller.signal });
    controller.abort(new Error('canceled'));
    await expect(call).rejects.toThrow('canceled');
  });
});

describe('through a proxy [rule 35: outgoing calls]', () => {
  const asked: { line: string; authorization: string | undefined }[] = [];
  let proxy: http.Server;
  let proxyPort: number;
  /** What a target behind the tunnel receives first. */
  let hello = Buffer.alloc(0);
  let far: net.Server;
  let mayConnect = true;

  // Every name leads to the test's own server: only the proxy decides where it connects to.
  beforeAll(async () => {
    const noted = (request: http.IncomingMessage) =>
      asked.push({
        line: `${request.method} ${request.url}`,
        authorization: request.headers['proxy-authorization'],
      });
    proxy = http.createServer((request, response) => {
      noted(request);
      const { pathname, search } = new URL(request.url ?? '');
      http
        .request(
          { port: server.port, host: '127.0.0.1', path: pathname + search, method: request.method },
          (answer) => {
            response.writeHead(answer.statusCode ?? 502, answer.headers);
            answer.pipe(response);
          },
        )
        .end();
    });
    proxy.on('connect', (request: http.IncomingMessage, socket: net.Socket) => {
      noted(request);
      socket.on('error', () => {});
      if (!mayConnect) return socket.end('HTTP/1.1 403 Forbidden\r\n\r\n');
      const target = net.connect((far.address() as AddressInfo).port, '127.0.0.1', () => {
        socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
        target.pipe(socket).pipe(target);
      });
      target.on('error', () => socket.destroy());
    });
    far = net.createServer((socket) => {
      socket.on('error', () => {});
      socket.once('data', (data) => {
        hello = data;
        socket.destroy();
      });
    });
    await Promise.all(
      [proxy, far].map((one) => new Promise<void>((resolve) => one.listen(0, '127.0.0.1', resolve))),
    );
    proxyPort = (proxy.address() as AddressInfo).port;
  });
  afterAll(() => {
    proxy.closeAllConnections();
    proxy.close();
    far.close();
  });

  const throughProxy = (guard: Partial<Parameters<typeof createGuardedFetch>[0]> = {}) =>
    createGuardedFetch({
      allowedHosts: [],
      proxies: {
        http: `http://user:p%40ss@127.0.0.1:${proxyPort}`,
        https: `http://user:p%40ss@127.0.0.1:${proxyPort}`,
        except: [],
      },
      resolve: resolvesTo('192.88.98.1'),
      ...guard,
    });
  const authorization = `Basic ${Buffer.from('user:p@ss').toString('base64')}`;

  it("send the proxy the full URL of an http target, with the proxy's password", async () => {
    asked.length = 0;
    expect(await throughProxy()('http://far.example/path?a=1')).toMatchObject({ status: 200, text: 'here' });
    expect(asked).toEqual([{ line: 'GET http://far.example/path?a=1', authorization }]);
  });

  it('reach an https target through CONNECT, so that the proxy cannot read the TLS connection', async () => {
    asked.length = 0;
    await expect(
      throughProxy()('https://far.example/secret-path', { headers: { Authorization: 'Bearer secret' } }),
    ).rejects.toThrow(`far.example could not be reached through the proxy 127.0.0.1:${proxyPort}`);
    expect(asked).toEqual([{ line: 'CONNECT far.example:443', authorization }]);
    expect(hello[0], 'the first byte of a TLS handshake').toBe(22);
    expect(hello.toString('latin1')).toContain('far.example');
    expect(hello.toString('latin1')).not.toContain('secret');
  });

  it('say that the proxy refused', async () => {
    mayConnect = false;
    await expect(throughProxy()('https://far.example/')).rejects.toThrow(
      `far.example could not be reached through the proxy 127.0.0.1:${proxyPort}`,
    );
    mayConnect = true;
  });

  it('do not send the proxy a private address, or a name that resolves to one here', async () => {
    asked.length = 0;
    for (const url of ['http://10.0.0.1/', 'http://[fd00::1]/', 'https://169.254.169.254/']) {
      await expect(throughProxy()(url)).rejects.toThrow(TargetRefusedError);
    }
    const inside = throughProxy({ resolve: resolvesTo('93.184.216.34', '10.0.0.1') });
    for (const url of ['http://inner.example/', 'https://inner.example/']) {
      await expect(inside(url)).rejects.toThrow(TargetRefusedError);
    }
    const back = encodeURIComponent('http://10.0.0.1/');
    await expect(throughProxy()(`http://far.example/redirect?to=${back}`)).rejects.toThrow(
      TargetRefusedError,
    );
    expect(asked.map(({ line }) => line)).toEqual([`GET http://far.example/redirect?to=${back}`]);
  });

  it('do not send the proxy a name that cannot be resolved, unless the operator allows it', async () => {
    asked.length = 0;
    const resolve = ((_name: string, _options: object, callback: (error: Error) => void) =>
      callback(
        Object.assign(new Error('getaddrinfo'), { code: 'ENOTFOUND' }),
      )) as unknown as typeof dns.lookup;
    const call = throughProxy({ resolve })('http://outside.example/');
    await expect(call).rejects.toThrow(TargetUnreachableError);
    await expect(call).rejects.toThrow('TC_PORTAL_ALLOWED_HOSTS');
    expect(asked).toEqual([]);
    const allowed = throughProxy({ resolve, allowedHosts: ['outside.example'] });
    expect(await allowed('http://outside.example/')).toMatchObject({ text: 'here' });
  });

  it('connect directly to NO_PROXY hosts and to this machine, with the same checks', async () => {
    asked.length = 0;
    const proxies = { http: `http://127.0.0.1:${proxyPort}`, https: null, except: ['inner.example'] };
    const direct = throughProxy({ proxies, resolve: resolvesTo('127.0.0.1') });
    await expect(direct(`http://inner.example:${server.port}/`)).rejects.toThrow(TargetRefusedError);
    const allowed = throughProxy({ proxies, allowedHosts: [local()] });
    expect(await allowed(`http://${local()}/`)).toMatchObject({ text: 'here' });
    expect(asked).toEqual([]);
  });
});

describe('proxies from the environment', () => {
  it('are read like curl reads them', () => {
    expect(readProxySettings({})).toBeNull();
    expect(readProxySettings({ NO_PROXY: '*' })).toBeNull();
    expect(
      readProxySettings({
        HTTP_PROXY: 'proxy.example:8080',
        HTTPS_PROXY: 'http://upper.example',
        https_proxy: 'http://u:p@lower.example:3128',
        NO_PROXY: 'a.example, .b.example  10.0.0.1',
      }),
    ).toEqual({
      http: 'http://proxy.example:8080',
      https: 'http://u:p@lower.example:3128',
      except: ['a.example', '.b.example', '10.0.0.1'],
    });
  });

  it('are named, but not quoted, if one is invalid', () => {
    expect(() => readProxySettings({ HTTPS_PROXY: 'http://u:hunter2@' })).toThrow(
      /^HTTPS_PROXY must be the URL of a proxy$/,
    );
  });
});
