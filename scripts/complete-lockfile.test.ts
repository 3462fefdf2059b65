import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { findMissingPackages, lockFiles } from './complete-lockfile.mjs';

describe.each(lockFiles)('%s', (file) => {
  const lock = JSON.parse(readFileSync(file, 'utf8')) as {
    packages: Record<string, { version?: string; resolved?: string }>;
  };

  it('contains the optional packages of every platform, so that npm ci works everywhere', () => {
    expect(findMissingPackages(lock.packages)).toEqual([]);
  });

  it('contains no registry host', () => {
    expect(Object.values(lock.packages).filter((entry) => entry.resolved?.startsWith('http'))).toEqual([]);
  });
});

it('an optional package that is nested or at the top counts as present, and another as missing', () => {
  const packages = {
    '': {},
    'node_modules/a': {
      optionalDependencies: { 'a-linux-x64': '1.0.0', 'a-darwin-arm64': '1.0.0', 'a-win32-x64': '^1.0.0' },
    },
    'node_modules/a/node_modules/a-linux-x64': {},
    'node_modules/a-darwin-arm64': {},
  };
  expect(findMissingPackages(packages)).toEqual([
    { name: 'a-win32-x64', version: '1.0.0', isDevelopment: false },
  ]);
});
