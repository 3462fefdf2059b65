import type { NextRequest, NextResponse } from 'next/server';
import { refreshSession } from '#data/clients/proxy.ts';
import { isDevelopment, readRealtimeSettings } from '#data/env.ts';
import { contentSecurityPolicy } from '#http/content-security-policy.ts';
import { pathHeader } from '#http/path-header.ts';

/**
 * Refreshes the session cookies and sets the page's nonce. It decides nothing: the layout and each verb check access,
 * so a request that bypasses this file gains nothing.
 */
export async function proxy(request: NextRequest): Promise<NextResponse> {
  const policy = contentSecurityPolicy({
    nonce: btoa(crypto.randomUUID()),
    isDevelopment: isDevelopment(),
    realtimeUrl: readRealtimeSettings()?.url,
  });
  const requestHeaders = new Headers(request.headers);
  // Next reads the nonce from here and puts it on its own scripts.
  requestHeaders.set('content-security-policy', policy);
  requestHeaders.set(pathHeader, request.nextUrl.pathname + request.nextUrl.search);

  const response = await refreshSession(request, requestHeaders);
  response.headers.set('content-security-policy', policy);
  return response;
}

// Lists pages only: the body of a matching request is cut at 10 MB with status 200, so machine routes must not match.
export const config = {
  matcher: [
    '/',
    '/(sign-in|invite|incidents|jobs|runs|schedules|plugins|settings|dashboard)',
    '/(sign-in|invite|incidents|jobs|runs|schedules|plugins|settings|dashboard)/:path*',
  ],
};
