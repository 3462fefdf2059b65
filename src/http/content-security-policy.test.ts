import { describe, expect, it } from 'vitest';
import { contentSecurityPolicy } from './content-security-policy.ts';

describe('contentSecurityPolicy [rule 36: hostile text]', () => {
  const policy = contentSecurityPolicy({ nonce: 'abc', isDevelopment: false });

  it('allows no inline script or style without the nonce, and no eval', () => {
    expect(policy).toContain(`script-src 'self' 'nonce-abc' 'strict-dynamic';`);
    expect(policy).toContain(`style-src 'self' 'nonce-abc';`);
    expect(policy).not.toContain('unsafe');
  });

  it('lets no other site frame the portal, change its base or receive its forms', () => {
    for (const rule of [
      `frame-ancestors 'none'`,
      `base-uri 'none'`,
      `form-action 'self'`,
      `object-src 'none'`,
    ]) {
      expect(policy).toContain(rule);
    }
  });

  it('is less strict only in development', () => {
    expect(contentSecurityPolicy({ nonce: 'abc', isDevelopment: true })).toContain(`'unsafe-eval'`);
  });

  it('connects only to the portal, and to Realtime only if pages listen to it', () => {
    expect(policy).toContain(`connect-src 'self';`);
    expect(
      contentSecurityPolicy({
        nonce: 'abc',
        isDevelopment: false,
        realtimeUrl: 'https://project.supabase.co/',
      }),
    ).toContain(`connect-src 'self' wss://project.supabase.co;`);
  });
});
