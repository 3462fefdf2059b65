/** The HTTP proxies required by the operator's network, as in HTTP_PROXY, HTTPS_PROXY and NO_PROXY. */
export interface ProxySettings {
  /** For `http://` targets. */
  http: string | null;
  /** For `https://` targets. */
  https: string | null;
  /** `host`, `.domain` or `*.domain`, each also with `:port`, or `*` for everything: called without a proxy. */
  except: readonly string[];
}

const isLoopback = (host: string): boolean =>
  host === 'localhost' || host.endsWith('.localhost') || host === '::1' || /^127\./.test(host);

function isExcepted(host: string, port: string, entry: string): boolean {
  if (entry === '*') return true;
  const [, name = '', wantedPort] =
    /^(?:\*?\.)?(\[[^\]]*\]|[^:]*|.*:.*:.*?)(?::(\d+))?$/.exec(entry.toLowerCase()) ?? [];
  const bare = name.replace(/^\[(.*)\]$/, '$1');
  if (bare === '' || (wantedPort !== undefined && wantedPort !== port)) return false;
  return host === bare || host.endsWith(`.${bare}`);
}

/** Returns the proxy for this URL, or null. This machine itself is always called directly. */
export function chooseProxy(url: URL, { http, https, except }: ProxySettings): string | null {
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1').toLowerCase();
  const port = url.port || (url.protocol === 'https:' ? '443' : '80');
  if (isLoopback(host) || except.some((entry) => isExcepted(host, port, entry))) return null;
  return url.protocol === 'https:' ? https : http;
}
