import { readPublicUrl } from '#data/env.ts';

/** Returns the URL of this portal without a trailing slash: from the settings, or from the request. */
export function readPublicAddress(headers: Headers): string {
  const configured = readPublicUrl();
  if (configured !== undefined) return configured.replace(/\/+$/, '');
  const host = headers.get('x-forwarded-host')?.split(',')[0]?.trim() || headers.get('host') || 'localhost';
  const forwardedScheme = headers.get('x-forwarded-proto')?.split(',')[0]?.trim();
  return `${forwardedScheme === 'https' ? 'https' : 'http'}://${host}`;
}
