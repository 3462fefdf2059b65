import { describe, expect, it } from 'vitest';
import { contentSecurityPolicy } from './content-security-policy.ts';

describe('contentSecurityPolicy [rule 36: hostile text]', () => {
  const policy = contentSecurityPolicy({ nonce: 'abc', isDevelopment: false });

  it('allows no inline script or style without the nonce, and no eval', () => {
    expect(policy).toContain(`script-src 'self' 'nonce-abc' 'strict-dynamic';`);
    expect(policy).toContain(`style-src 'self' 'nonce-abc';`);
    expect(policy).not.toContain('unsafe');
  });

  it('lets nobody frame the portal, change its base or send its forms elsewhere', () => {
    for (const rule of [
      `frame-ancestors 'none'`,
      `base-uri 'none'`,
      `form-action 'self'`,
      `object-src 'none'`,
    ]) {
      expect(policy).toContain(rule);
    }
  });

  it('is looser in development only', () => {
    expect(contentSecurityPolicy({ nonce: 'abc', isDevelopment: true })).toContain(`'unsafe-eval'`);
  });

  it('connects to nobody but the portal, and to Realtime only where pages listen to it', () => {
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
