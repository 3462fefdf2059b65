import type dns from 'node:dns';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createGuardedFetch, TargetRefusedError, TargetUnreachableError } from './outgoing.ts';

let server: http.Server;
let port: number;
const seen: { path: string; headers: http.IncomingHttpHeaders; method: string }[] = [];

beforeAll(async () => {
  server = http.createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://x');
    seen.push({ path: url.pathname, headers: request.headers, method: request.method ?? '' });
    const to = url.searchParams.get('to');
    if (url.pathname === '/redirect') response.writeHead(302, { location: to ?? '/' }).end();
    else if (url.pathname === '/loop') response.writeHead(302, { location: '/loop' }).end();
    else if (url.pathname === '/large') response.end('x'.repeat(100_000));
    else if (url.pathname !== '/silent') response.end('here');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  port = (server.address() as AddressInfo).port;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

/** A resolver in which every name has the given addresses. */
const resolvesTo = (...addresses: string[]): typeof dns.lookup =>
  ((_name: string, _options: object, callback: (error: null, found: dns.LookupAddress[]) => void) =>
    callback(
      null,
      addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })),
    )) as unknown as typeof dns.lookup;

const local = () => `127.0.0.1:${port}`;

describe('rule 35: outgoing calls', () => {
  it.each([
    'http://127.0.0.1/',
    'http://2130706433/',
    'http://0x7f.1/',
    'http://[::1]/',
    'http://[::ffff:10.0.0.1]/',
    'http://169.254.169.254/latest/meta-data/',
    'http://10.1.2.3:8080/',
    'http://0.0.0.0/',
  ])('refuse the private address %s', async (url) => {
    await expect(createGuardedFetch({ allowedHosts: [] })(url)).rejects.toThrow(TargetRefusedError);
  });

  it.each([
    'file:///etc/passwd',
    'ftp://example.com/',
    'gopher://example.com/',
    'http://user:secret@example.com/',
    'nonsense',
  ])('refuse %s', async (url) => {
    await expect(createGuardedFetch({ allowedHosts: [] })(url)).rejects.toThrow(TargetRefusedError);
  });

  it.each([['127.0.0.1'], ['93.184.216.34', '10.0.0.1'], ['fe80::1'], ['::1']])(
    'refuse a name that resolves to %s, before any connection',
    async (...addresses) => {
      const before = seen.length;
      const fetch = createGuardedFetch({ allowedHosts: [], resolve: resolvesTo(...addresses) });
      await expect(fetch(`http://innocent.example:${port}/`)).rejects.toThrow(TargetRefusedError);
      expect(seen).toHaveLength(before);
    },
  );

  it('check the very address that is connected to, whatever the name answers the next time', async () => {
    let asked = 0;
    const resolve = ((name: string, options: object, callback: never) => {
      asked += 1;
      // Public when it is looked at first, private afterwards.
      (resolvesTo(asked === 1 ? '192.88.98.1' : '127.0.0.1') as (...all: unknown[]) => void)(
        name,
        options,
        callback,
      );
    }) as unknown as typeof dns.lookup;
    const fetch = createGuardedFetch({ allowedHosts: [], resolve });
    const before = seen.length;
    await expect(fetch(`http://rebinding.example:${port}/`, { timeoutMs: 300 })).rejects.toThrow();
    await expect(fetch(`http://rebinding.example:${port}/`, { timeoutMs: 300 })).rejects.toThrow(
      TargetRefusedError,
    );
    expect(seen).toHaveLength(before);
  });

  it('reach a private host that the operator has allowed', async () => {
    for (const allowed of [local(), '127.0.0.1']) {
      const answer = await createGuardedFetch({ allowedHosts: [allowed] })(`http://${local()}/`);
      expect(answer).toMatchObject({ status: 200, text: 'here', isCut: false });
    }
  });

  it('refuse a redirect to a private address', async () => {
    const fetch = createGuardedFetch({ allowedHosts: [local()] });
    const target = encodeURIComponent('http://127.0.0.2/');
    await expect(fetch(`http://${local()}/redirect?to=${target}`)).rejects.toThrow(TargetRefusedError);
    const named = createGuardedFetch({ allowedHosts: [local()], resolve: resolvesTo('10.0.0.1') });
    const byName = encodeURIComponent('http://inner.example/');
    await expect(named(`http://${local()}/redirect?to=${byName}`)).rejects.toThrow(TargetRefusedError);
  });

  it('follow five redirects and no more', async () => {
    const fetch = createGuardedFetch({ allowedHosts: [local()] });
    const before = seen.length;
    await expect(fetch(`http://${local()}/loop`)).rejects.toThrow('redirects more than 5 times');
    expect(seen.length - before).toBe(6);
  });

  it('give headers to the first origin only', async () => {
    const other = http.createServer((request, response) =>
      response.end(request.headers.authorization ?? 'none'),
    );
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    const { port: otherPort } = other.address() as AddressInfo;
    const fetch = createGuardedFetch({ allowedHosts: ['127.0.0.1'] });
    const to = encodeURIComponent(`http://127.0.0.1:${otherPort}/`);
    const answer = await fetch(`http://${local()}/redirect?to=${to}`, {
      headers: { Authorization: 'Bearer secret', Host: 'evil.example' },
    });
    expect(seen.at(-1)?.headers).toMatchObject({ authorization: 'Bearer secret', host: local() });
    expect(answer.text).toBe('none');
    other.closeAllConnections();
    other.close();
  });

  it('read no more of an answer than the limit', async () => {
    const fetch = createGuardedFetch({ allowedHosts: [local()] });
    expect(await fetch(`http://${local()}/large`, { bytesMax: 1_000 })).toMatchObject({
      bytes: 1_000,
      isCut: true,
    });
  });

  it('give up after the time-out, and at once when they are aborted', async () => {
    const fetch = createGuardedFetch({ allowedHosts: [local()] });
    await expect(fetch(`http://${local()}/silent`, { timeoutMs: 100 })).rejects.toThrow(
      TargetUnreachableError,
    );
    const controller = new AbortController();
    const call = fetch(`http://${local()}/silent`, { signal: controller.signal });
    controller.abort(new Error('canceled'));
    await expect(call).rejects.toThrow('canceled');
  });
});
