import { describe, expect, test } from 'vitest';
import { readMigrations } from './definitions.ts';
import { findBrokenPromises, readReleasedVersions, readReleases, type Release } from './releases.ts';

const released: Release = {
  version: '1.0.0',
  migrations: new Map([
    ['20270101000000_one.sql', '354b7196c9ba5fb4b21cf615bb6ec4cd5c07503c34229feef033fc081a8c03f4'],
    ['20270102000000_two.sql', 'b1bd6d0bfa373a448021e0b2e8311b967e0e7ff45431b7105668662498cc2067'],
  ]),
};
const one: [string, string] = ['20270101000000_one.sql', 'select 1;'];
const two: [string, string] = ['20270102000000_two.sql', 'select 2;'];

describe('a released migration', () => {
  test.each([
    ['can be followed by others', [one, two, ['20270103000000_three.sql', '']], []],
    [
      'must not change',
      [one, ['20270102000000_two.sql', 'select 3;']],
      ['20270102000000_two.sql has changed since version 1.0.0: make a new migration'],
    ],
    ['must not disappear', [one], ['20270102000000_two.sql is gone, and belongs to version 1.0.0']],
    [
      'must not come after a new one',
      [one, ['20270101120000_late.sql', ''], two],
      ['20270101120000_late.sql sorts before what version 1.0.0 has: give it a later time'],
    ],
  ] as [string, [string, string][], string[]][])('%s', (_, migrations, problems) => {
    expect(findBrokenPromises(released, new Map(migrations))).toEqual(problems);
  });
});

// For a version that is not released yet, scripts/release-database.mjs rewrites the record.
test('every recorded version still has its migrations', () => {
  const migrations = readMigrations();
  expect(readReleases().flatMap((release) => findBrokenPromises(release, migrations))).toEqual([]);
});

test('every version that is released according to the changelog has a record', () => {
  const recorded = readReleases().map(({ version }) => version);
  expect(recorded).not.toEqual([]);
  expect(readReleasedVersions().filter((version) => !recorded.includes(version))).toEqual([]);
});
