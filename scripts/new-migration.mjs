// @ts-check
// Creates a migration from the changed definitions in supabase/schemas: npm run migration:new -- <verb_object> [definition…]
import fs from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { onCurrentNode } from './prepare.mjs';

await onCurrentNode(async () => {
  const { composeMigration, listChangedDefinitions, listDefinitions, migrationsFolder, readMigrations } =
    await import('../src/testing/database/definitions.ts');
  const [name = '', ...given] = process.argv.slice(2);
  const files =
    given.length > 0 ? given.map((file) => file.replace(/^.*?schemas\//, '')) : listChangedDefinitions();
  const unknown = files.filter((file) => !listDefinitions().includes(file));
  if (!/^[a-z]+(_[a-z0-9]+)+$/.test(name) || unknown.length > 0) {
    for (const file of unknown) process.stderr.write(`supabase/schemas/${file} does not exist.\n`);
    process.stderr.write(
      'Usage: npm run migration:new -- <verb_object> [definition…], for example keep_runs public/functions/claim_runs.sql.\n' +
        'Without definitions it uses those that are new or have changed.\n',
    );
    return 1;
  }
  const newest = Number([...readMigrations().keys()].at(-1)?.slice(0, 14) ?? 0);
  const now = Number(new Date().toISOString().replaceAll(/\D/g, '').slice(0, 14));
  const file = `${Math.max(now, newest + 1)}_${name}.sql`;
  const heading = `${name.replaceAll('_', ' ').replace(/^./, (first) => first.toUpperCase())}.`;
  fs.writeFileSync(path.join(migrationsFolder, file), composeMigration(heading, files));
  process.stdout.write(
    [
      `supabase/migrations/${file}`,
      ...files.map((copied) => `  has a copy of ${copied}`),
      'Above the copies, write the changes to tables, types and queues and what to drop; say why in the heading.',
      'Then: npx vitest run --project database definitions, which names what still differs, and npm run generate-types.',
      '',
    ].join('\n'),
  );
  return 0;
});
