import { readPublicUrl } from '#data/env.ts';

/** The address under which this portal is reached, without a slash at its end: as set, or as the request has it. */
export function readPublicAddress(headers: Headers): string {
  const configured = readPublicUrl();
  if (configured !== undefined) return configured.replace(/\/+$/, '');
  const host = headers.get('x-forwarded-host')?.split(',')[0]?.trim() || headers.get('host') || 'localhost';
  const forwardedScheme = headers.get('x-forwarded-proto')?.split(',')[0]?.trim();
  return `${forwardedScheme === 'https' ? 'https' : 'http'}://${host}`;
}
