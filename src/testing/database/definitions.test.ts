import fs from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { projectFolder } from '#server/settings.ts';
import { listChangedDefinitions, listDefinitions, readDefinition, readMigrations } from './definitions.ts';
import { readReleases } from './releases.ts';

test('the migrations contain every definition in its current form (npm run migration:new)', () => {
  expect(listChangedDefinitions()).toEqual([]);
});

test('an unreleased migration creates a table or type as it is now, because a release copies its definition again', () => {
  const released = new Set(readReleases().flatMap(({ migrations }) => [...migrations.keys()]));
  const stale = [...readMigrations()].flatMap(([file, text]) =>
    [...text.matchAll(/^-- schemas\/(\w+\/(?:tables|types)\/\w+\.sql)$/gm)]
      .filter(
        ([, definition]) => !released.has(file) && !text.includes(readDefinition(definition!).trimEnd()),
      )
      .map(([, definition]) => `${file}: ${definition}`),
  );
  expect(stale).toEqual([]);
});

test('the README of the database names every table', () => {
  const readme = fs.readFileSync(path.join(projectFolder, 'supabase', 'README.md'), 'utf8');
  const lines = [...readme.matchAll(/^- [^*].*?: (`.*)\.$/gm)].map(([, names]) => names ?? '');
  const tables = listDefinitions()
    .filter((file) => file.includes('/tables/'))
    .map((file) => file.replace(/^public\/tables\/|\.sql$/g, '').replace('/tables/', '.'));
  expect(lines.flatMap((names) => names.split(', ')).toSorted()).toEqual(
    tables.map((table) => `\`${table}\``).toSorted(),
  );
});
