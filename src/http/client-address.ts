/**
 * Where a request comes from: what the nearest proxy added last, or what Next took from the connection. Whatever stands
 * before that was sent by the client and proves nothing.
 */
export function readClientAddress(headers: Headers): string {
  return headers.get('x-forwarded-for')?.split(',').at(-1)?.trim() || 'unknown';
}
