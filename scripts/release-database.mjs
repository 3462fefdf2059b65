// @ts-check
// Records the database of the unreleased version in package.json: copies the definitions into the migrations that no
// released version has, and writes their checksums and a filled database to supabase/releases.
import { onCurrentNode } from './prepare.mjs';

await onCurrentNode(async () => {
  const { default: fs } = await import('node:fs');
  const { registerHooks } = await import('node:module');
  const { default: process } = await import('node:process');
  const { default: postgres } = await import('postgres');
  // Verbs import Next's request code, which only bundlers find under its usual name.
  registerHooks({
    resolve: (name, context, next) => next(name === 'next/headers' ? `${name}.js` : name, context),
  });
  const { copyDefinitionsAgain, readMigrations } = await import('../src/testing/database/definitions.ts');
  const { dumpRows } = await import('../src/testing/database/rows.ts');
  const { supabaseVariables } = await import('../src/testing/database/variables.ts');
  const { startTestSupabase } = await import('../src/testing/database/start-supabase.ts');
  const { fillDatabase } = await import('../src/testing/database/fill-database.ts');
  const { readReleasedVersions, readReleases, writeRelease } =
    await import('../src/testing/database/releases.ts');

  /** @type {{ version: string }} */
  const { version } = JSON.parse(fs.readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
  if (readReleasedVersions().includes(version)) {
    process.stderr.write(`${version} is already released (CHANGELOG.md): its record must not change.\n`);
    return 1;
  }
  const frozen = readReleases().filter((release) => release.version !== version);
  copyDefinitionsAgain(
    [...readMigrations().keys()].filter((file) => !frozen.some(({ migrations }) => migrations.has(file))),
  );

  const { supabase, stop } = await startTestSupabase();
  const sql = postgres(supabase.superuserUrl, { max: 1, onnotice: () => {} });
  try {
    Object.assign(process.env, supabaseVariables(supabase));
    await fillDatabase();
    const heading = `-- A database as version ${version} fills it, a row a line. Written by scripts/release-database.mjs.\n\n`;
    // Stacks name the folder in which this machine has the project.
    const rows = (await dumpRows(sql)).replaceAll(new URL('..', import.meta.url).href, 'file:///tc-portal/');
    writeRelease(version, readMigrations(), heading + rows);
    return 0;
  } finally {
    await sql.end();
    await stop();
  }
});
