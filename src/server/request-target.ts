import type { IncomingMessage } from 'node:http';

const methods = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']);

function canDecode(part: string): boolean {
  try {
    decodeURIComponent(part);
    return true;
  } catch {
    return false;
  }
}

/** An escape that is not UTF-8 stands for its own characters, so that it is just an unknown id: Next would fail with a 500. */
const escapeBroken = (path: string): string =>
  path.replaceAll(/[^/]+/g, (part) => (canDecode(part) ? part : part.replaceAll('%', '%25')));

/**
 * Returns the path and query that a request means. Below /api, doubled and trailing slashes (a joined base URL) do not count
 * [contract: every answer]: Next would redirect, and `curl -f` takes a redirect for a success.
 */
export function readTarget(target: string): string {
  // A client that takes the portal for its proxy sends the whole URL.
  const [, given = '', query = ''] = /^(?:https?:\/\/[^/?]*)?([^?]*)(.*)$/is.exec(target) ?? [];
  const path = given.startsWith('/') ? given : `/${given}`;
  const joined = path.replaceAll(/[/\\]+/g, '/');
  const isMachinePath = joined === '/api' || joined.startsWith('/api/');
  return escapeBroken(isMachinePath ? joined.replace(/\/$/, '') : path) + query;
}

/** Puts a request into a form that Next has a route for. */
export function tidyRequest(request: IncomingMessage): void {
  request.url = readTarget(request.url ?? '/');
  // Next answers these methods with a 500 or without a reason; no route supports OPTIONS either.
  if (!methods.has(request.method ?? '')) request.method = 'OPTIONS';
}
