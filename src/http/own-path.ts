import type { Route } from 'next';

const start = '/' as Route;

/** A path of this portal from an untrusted value; anything that could lead elsewhere becomes '/'. */
export function ownPath(value: string | null | undefined): Route {
  if (!value || !value.startsWith('/') || value.length > 2000) return start;
  // Browsers read '\' as '/' and drop tabs and newlines, so '/\evil.example' and '/\t/evil.example' lead away.
  if (/[\\\u0000-\u001f\u007f]/.test(value)) return start;
  const base = 'http://portal.invalid';
  if (!URL.canParse(value, base)) return start;
  const url = new URL(value, base);
  const path = `${url.pathname}${url.search}`;
  if (url.origin !== base || path.startsWith('//')) return start;
  return path as Route;
}

/** The sign-in page that leads back to where the person wanted to go. */
export function signInPath(from: string | null | undefined): Route {
  const next = ownPath(from);
  return (next === start ? '/sign-in' : `/sign-in?next=${encodeURIComponent(next)}`) as Route;
}
