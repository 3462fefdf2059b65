import type { NextRequest, NextResponse } from 'next/server';
import { refreshSession } from '#data/clients/proxy.ts';
import { isDevelopment, readRealtimeSettings } from '#data/env.ts';
import { contentSecurityPolicy } from '#http/content-security-policy.ts';
import { pathHeader } from '#http/path-header.ts';

/**
 * Refreshes the session cookies and gives the page its nonce. It decides nothing: who may see what is asked in the layout
 * and in each verb, so a request that gets past this file gains nothing.
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

// Pages only, one by one: a request that matches has its body cut at 10 MB with status 200, so no machine route may.
export const config = {
  matcher: [
    '/',
    '/(sign-in|invite|incidents|jobs|runs|schedules|plugins|settings|dashboard)',
    '/(sign-in|invite|incidents|jobs|runs|schedules|plugins|settings|dashboard)/:path*',
  ],
};
