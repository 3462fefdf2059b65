/**
 * Returns the policy of a page. Scripts need the nonce of this response; scripts that they load are trusted
 * ('strict-dynamic').
 * @param isDevelopment React's error stacks need eval, and the error overlay writes its own styles
 * @param realtimeUrl URL of the Supabase project whose changes pages listen to
 */
export function contentSecurityPolicy({
  nonce,
  isDevelopment,
  realtimeUrl,
}: {
  nonce: string;
  isDevelopment: boolean;
  realtimeUrl?: string | undefined;
}): string {
  const realtime = realtimeUrl ? ` ${new URL(realtimeUrl).origin.replace(/^http/, 'ws')}` : '';
  return [
    `default-src 'self'`,
    `script-src 'self' 'nonce-${nonce}' 'strict-dynamic'${isDevelopment ? ` 'unsafe-eval'` : ''}`,
    isDevelopment ? `style-src 'self' 'unsafe-inline'` : `style-src 'self' 'nonce-${nonce}'`,
    `img-src 'self' data:`,
    `font-src 'self'`,
    `connect-src 'self'${realtime}${isDevelopment ? ' ws: wss:' : ''}`,
    `object-src 'none'`,
    `base-uri 'none'`,
    `form-action 'self'`,
    `frame-ancestors 'none'`,
  ].join('; ');
}
