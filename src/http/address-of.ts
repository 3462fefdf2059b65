import type { Route } from 'next';

/** An address with its query; what is null or empty is left out. */
export function addressOf(path: string, query: Record<string, string | null | undefined>): Route {
  const given = Object.entries(query).filter((entry): entry is [string, string] => Boolean(entry[1]));
  const search = new URLSearchParams(given).toString();
  return (search === '' ? path : `${path}?${search}`) as Route;
}
