import { expect, test } from 'vitest';
import { readWorkerSettings } from '#worker/settings.ts';

const environment = (given: Record<string, string> = {}): NodeJS.ProcessEnv => ({
  NODE_ENV: 'test',
  NEXT_PUBLIC_SUPABASE_URL: 'http://127.0.0.1:54321',
  SUPABASE_SECRET_KEY: 'sb_secret_x',
  ...given,
});

test('remote plugins get a URL that reaches this machine', () => {
  const publicUrl = (given: Record<string, string>) => readWorkerSettings(environment(given)).publicUrl;
  expect(publicUrl({ PORT: '4000' })).toBe('http://127.0.0.1:4000');
  expect(publicUrl({ HOST: '::1' })).toBe('http://[::1]:3000');
  expect(publicUrl({ HOST: '::1', TC_PORTAL_PUBLIC_URL: 'https://portal.example.com' })).toBe(
    'https://portal.example.com',
  );
});

test('a worker sends three heartbeats per lease, and refuses a heartbeat interval longer than its lease', () => {
  expect(readWorkerSettings(environment())).toMatchObject({ leaseSeconds: 30, heartbeatMs: 10_000 });
  expect(() => readWorkerSettings(environment({ WORKER_HEARTBEAT_SECONDS: '30' }))).toThrow(
    'WORKER_HEARTBEAT_SECONDS must be shorter than WORKER_LEASE_SECONDS',
  );
});
