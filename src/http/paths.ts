// URLs of the portal's own pages. A URL without a variable ('/jobs') is written where it is used: the compiler checks it.
import type { Route } from 'next';

/** Compiles only if the page exists. */
function page<Path extends string>(path: Route<Path>): Route {
  return path as Route;
}

export const jobPath = (id: string) => page(`/jobs/${id}`);
export const jobSchedulePath = (id: string) => page(`/jobs/${id}/schedule`);
export const jobSettingsPath = (id: string) => page(`/jobs/${id}/settings`);
export const jobOccurrencesPath = (id: string) => page(`/jobs/${id}/occurrences`);
export const deleteJobPath = (id: string) => page(`/jobs/${id}/delete`);
export const runPath = (id: string) => page(`/runs/${id}`);
export const runLogPath = (id: string) => page(`/runs/${id}/log`);
export const pluginPath = (id: string) => page(`/plugins/${id}`);
export const pluginRunsPath = (id: string) => page(`/plugins/${id}/runs`);
export const pluginManifestPath = (id: string) => page(`/plugins/${id}/manifest`);
export const newJobPath = (pluginId: string, name: string) => page(`/plugins/${pluginId}/new-job/${name}`);
export const invitationPath = (token: string) => page(`/invite/${encodeURIComponent(token)}`);

/** Adds a query to a URL; null and empty values are omitted. */
export function addressOf(path: Route, query: Record<string, string | null | undefined>): Route {
  const given = Object.entries(query).filter((entry): entry is [string, string] => Boolean(entry[1]));
  const search = new URLSearchParams(given).toString();
  return (search === '' ? path : `${path}${path.includes('?') ? '&' : '?'}${search}`) as Route;
}

/** Returns a path of this portal from an untrusted value; anything that could lead to another site becomes '/'. */
export function ownPath(value: string | null | undefined): Route {
  if (!value || !value.startsWith('/') || value.length > 2000) return '/';
  // Browsers read '\' as '/' and drop tabs and newlines, so '/\evil.example' and '/\t/evil.example' lead to another site.
  if (/[\\\u0000-\u001f\u007f]/.test(value)) return '/';
  const base = 'http://portal.invalid';
  if (!URL.canParse(value, base)) return '/';
  const url = new URL(value, base);
  const path = `${url.pathname}${url.search}`;
  if (url.origin !== base || path.startsWith('//')) return '/';
  return path as Route;
}

/** Returns the sign-in page that leads back to the requested page. */
export function signInPath(from: string | null | undefined): Route {
  const next = ownPath(from);
  return addressOf('/sign-in', { next: next === '/' ? null : next });
}
