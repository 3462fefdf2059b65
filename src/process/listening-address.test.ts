import { expect, test } from 'vitest';
import { listeningAddress } from '#process/listening-address.ts';

test.each([
  ['0.0.0.0', 'http://127.0.0.1:3000'],
  ['::', 'http://127.0.0.1:3000'],
  ['localhost', 'http://127.0.0.1:3000'],
  // A server on ::1 only is not reachable through 127.0.0.1.
  ['::1', 'http://[::1]:3000'],
  ['192.168.0.5', 'http://192.168.0.5:3000'],
])('a portal that listens on %s is opened at %s', (host, address) => {
  expect(listeningAddress({ host, port: 3000 })).toBe(address);
});
