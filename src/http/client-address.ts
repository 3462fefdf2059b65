/**
 * Returns the client's IP address: the last entry added by the nearest proxy, or the one that Next read from the connection.
 * The client can forge all earlier entries.
 */
export function readClientAddress(headers: Headers): string {
  return headers.get('x-forwarded-for')?.split(',').at(-1)?.trim() || 'unknown';
}
