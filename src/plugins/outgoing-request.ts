import dns from 'node:dns';
import net from 'node:net';
import { Agent, type Dispatcher, ProxyAgent, request } from 'undici';
import { OwnError, type OwnMessage } from '#domain/message.ts';
import { chooseProxy, type ProxySettings } from '#domain/plugin/proxy-choice.ts';
import { say } from '#domain/portal-messages.ts';
import { classifyAddress, isRefusedAddress } from './private-address.ts';

export interface OutgoingRequest {
  method?: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  headers?: Readonly<Record<string, string>>;
  body?: string;
  signal?: AbortSignal;
  timeoutMs?: number;
  /** Reading the response body stops after this many bytes. */
  bytesMax?: number;
  /** 0 returns a redirect as the response. */
  redirectsMax?: number;
}

export interface OutgoingAnswer {
  /** The URL of the response, after redirects. */
  url: string;
  status: number;
  headers: Readonly<Record<string, string>>;
  /** As UTF-8. Text from outside: never show it raw. */
  text: string;
  bytes: number;
  isCut: boolean;
}

/** Calls another server and returns its response, whatever the status. */
export type GuardedFetch = (url: string, options?: OutgoingRequest) => Promise<OutgoingAnswer>;

/** The target is not allowed: trying again changes nothing. */
export class TargetRefusedError extends OwnError {
  override name = 'TargetRefusedError';
}

/** The target could not be reached or did not respond in time. */
export class TargetUnreachableError extends OwnError {
  override name = 'TargetUnreachableError';
}

const timeoutMsDefault = 30_000;
const bytesMaxDefault = 1024 * 1024;
const redirectsMaxDefault = 5;
const redirectStatuses = new Set([301, 302, 303, 307, 308]);
const forbiddenHeaders =
  /^(host|connection|content-length|transfer-encoding|upgrade|keep-alive|te|trailer|expect|proxy-.*)$/i;

interface Guard {
  /** `host` or `host:port` that the operator allows at any address. */
  allowedHosts: readonly string[];
  /** Proxies of the operator's network; null calls every target directly. */
  proxies: ProxySettings | null;
  /** Replaces the resolver in tests. */
  resolve?: typeof dns.lookup;
}

const bareHost = (url: URL): string => url.hostname.replace(/^\[(.*)\]$/, '$1').toLowerCase();

function portOf(url: URL): string {
  return url.port || (url.protocol === 'https:' ? '443' : '80');
}

function isAllowed(url: URL, allowedHosts: readonly string[]): boolean {
  const host = bareHost(url);
  const named = [host, url.hostname, `${host}:${portOf(url)}`, `${url.hostname}:${portOf(url)}`];
  return allowedHosts.some((allowed) => named.includes(allowed.toLowerCase()));
}

const refusal = (host: string, address: string): TargetRefusedError =>
  new TargetRefusedError(
    say('outgoing.refused', { host, address, kind: [say(`addressKind.${classifyAddress(address)}`)] }),
  );

/** Returns the network's own message, which explains most. */
function because(error: unknown): OwnMessage[] {
  const reason = error instanceof Error ? error.message : '';
  return reason === '' ? [] : [say('outgoing.because', { reason })];
}

function parseTarget(text: string, base?: URL): URL {
  let url: URL;
  try {
    url = new URL(text, base);
  } catch {
    throw new TargetRefusedError(say('outgoing.notUrl'));
  }
  if (url.protocol !== 'http:' && url.protocol !== 'https:') {
    throw new TargetRefusedError(say('outgoing.onlyHttp'));
  }
  if (url.username || url.password) {
    throw new TargetRefusedError(say('outgoing.credentials'));
  }
  return url;
}

/**
 * The connector resolves names with this function, so the checked address is the one that is connected to: a name with a
 * different address on the second lookup (DNS rebinding) does not help an attacker.
 */
function guardedLookup(resolve: typeof dns.lookup): net.LookupFunction {
  return (hostname, options, callback) => {
    resolve(hostname, { ...options, all: true }, (error, addresses) => {
      if (error) return callback(error, '', 0);
      const [first] = addresses;
      const refused = addresses.find(({ address }) => isRefusedAddress(address));
      if (refused) return callback(refusal(hostname, refused.address), '', 0);
      if (!first)
        return callback(new TargetUnreachableError(say('outgoing.noAddress', { host: hostname })), '', 0);
      if (options.all) callback(null, addresses);
      else callback(null, first.address, first.family);
    });
  };
}

/**
 * A proxy resolves names itself, so check the name here before the proxy gets it. The proxy may see a different address than
 * we do: its own rules must protect what it must not reach.
 */
async function checkName(host: string, resolve: typeof dns.lookup): Promise<void> {
  if (net.isIP(host) !== 0) return;
  await new Promise<void>((done, reject) => {
    guardedLookup(resolve)(host, { all: true }, (error) => {
      if (!error) return done();
      if (error instanceof TargetRefusedError) return reject(error);
      reject(
        new TargetUnreachableError(say('outgoing.notLookedUp', { host, because: because(error) }), {
          cause: error,
        }),
      );
    });
  });
}

function headersOf(answer: Dispatcher.ResponseData): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(answer.headers)) {
    if (value !== undefined) headers[name.toLowerCase()] = Array.isArray(value) ? value.join(', ') : value;
  }
  return headers;
}

async function readText(
  body: Dispatcher.ResponseData['body'],
  bytesMax: number,
): Promise<{ text: string; bytes: number; isCut: boolean }> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  let isCut = false;
  for await (const chunk of body as AsyncIterable<Buffer>) {
    const kept = chunk.subarray(0, bytesMax - bytes);
    chunks.push(kept);
    bytes += kept.length;
    if (kept.length < chunk.length) {
      isCut = true;
      break;
    }
  }
  return { text: Buffer.concat(chunks).toString('utf8'), bytes, isCut };
}

/** A redirect to another origin gets no headers, because they may contain secrets for the first one. */
function followed(
  { method = 'GET', headers, body, ...rest }: OutgoingRequest,
  status: number,
  isSameOrigin: boolean,
): OutgoingRequest {
  const becomesGet = status === 303 || ((status === 301 || status === 302) && method === 'POST');
  const kept = isSameOrigin ? headers : undefined;
  if (becomesGet && method !== 'HEAD') return { ...rest, method: 'GET', ...(kept && { headers: kept }) };
  return {
    ...rest,
    method,
    ...(kept && { headers: kept }),
    ...(body !== undefined && isSameOrigin && { body }),
  };
}

/**
 * Creates a fetch for targets chosen by users or plugins [rule 35: outgoing calls]: http and https only, the address is
 * checked after the lookup and on each redirect, and redirects, time and size are limited. A proxy is only called after the
 * name is checked.
 */
export function createGuardedFetch({ allowedHosts, proxies, resolve = dns.lookup }: Guard): GuardedFetch {
  const limits = { headersTimeout: 0, bodyTimeout: 0, keepAliveTimeout: 4_000, pipelining: 1 };
  const guarded = new Agent({
    ...limits,
    connect: { timeout: 10_000, lookup: guardedLookup(resolve), autoSelectFamily: true },
  });
  const unguarded = new Agent({ ...limits, connect: { timeout: 10_000, autoSelectFamily: true } });

  const proxyAgents = new Map<string, ProxyAgent>();
  const throughProxy = (uri: string): ProxyAgent => {
    // Plain http uses a proxy request without CONNECT: many proxies allow CONNECT only to port 443.
    const agent = proxyAgents.get(uri) ?? new ProxyAgent({ ...limits, uri, proxyTunnel: false });
    proxyAgents.set(uri, agent);
    return agent;
  };
  const proxyOf = (url: URL): string | null => proxies && chooseProxy(url, proxies);

  async function call(url: URL, options: OutgoingRequest, signal: AbortSignal): Promise<OutgoingAnswer> {
    const host = bareHost(url);
    const allowed = isAllowed(url, allowedHosts);
    // A numeric address needs no lookup, so the connector alone would not check it.
    if (!allowed && net.isIP(host) !== 0 && isRefusedAddress(host)) throw refusal(host, host);
    const proxy = proxyOf(url);
    if (!allowed && proxy !== null) await checkName(host, resolve);
    const headers: Record<string, string> = { 'user-agent': 'tc-portal', 'accept-encoding': 'identity' };
    for (const [name, value] of Object.entries(options.headers ?? {})) {
      if (!forbiddenHeaders.test(name)) headers[name.toLowerCase()] = value;
    }
    const answer = await request(url, {
      method: options.method ?? 'GET',
      headers,
      signal,
      dispatcher: proxy !== null ? throughProxy(proxy) : allowed ? unguarded : guarded,
      ...(options.body !== undefined && { body: options.body }),
    });
    return {
      url: url.href,
      status: answer.statusCode,
      headers: headersOf(answer),
      ...(await readText(answer.body, options.bytesMax ?? bytesMaxDefault)),
    };
  }

  return async function guardedFetch(text, options = {}) {
    const timeoutMs = options.timeoutMs ?? timeoutMsDefault;
    const timeout = AbortSignal.timeout(timeoutMs);
    const signal = options.signal ? AbortSignal.any([options.signal, timeout]) : timeout;
    let url = parseTarget(text);
    let current = options;
    const redirectsMax = options.redirectsMax ?? redirectsMaxDefault;
    try {
      for (let hops = 0; ; hops += 1) {
        const answer = await call(url, current, signal);
        const { location } = answer.headers;
        if (redirectsMax === 0 || !redirectStatuses.has(answer.status) || !location) return answer;
        if (hops >= redirectsMax) {
          throw new TargetRefusedError(say('outgoing.tooManyRedirects', { count: redirectsMax }));
        }
        const next = parseTarget(location, url);
        current = followed(current, answer.status, next.origin === url.origin);
        url = next;
      }
    } catch (error) {
      if (error instanceof TargetRefusedError || error instanceof TargetUnreachableError) throw error;
      const { cause } = error as { cause?: unknown };
      if (cause instanceof TargetRefusedError) throw cause;
      if (options.signal?.aborted) throw options.signal.reason;
      if (timeout.aborted) {
        throw new TargetUnreachableError(
          say('outgoing.noAnswer', { host: url.host, seconds: timeoutMs / 1000 }),
          { cause: error },
        );
      }
      const proxy = proxyOf(url);
      const through = proxy === null ? [] : [say('outgoing.through', { proxy: new URL(proxy).host })];
      throw new TargetUnreachableError(
        say('outgoing.unreachable', { host: url.host, through, because: because(error) }),
        { cause: error },
      );
    }
  };
}
