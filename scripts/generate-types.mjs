// @ts-check
// Writes src/data/database.types.ts from the migrations, on a database that lives only for this.
import { spawn } from 'node:child_process';
import process from 'node:process';
import { ensureNode, ensurePackages, projectFolder } from './prepare.mjs';

await ensurePackages();
const node = ensureNode();
if (node !== process.execPath) {
  const child = spawn(node, process.argv.slice(1), { cwd: projectFolder, stdio: 'inherit' });
  child.once('close', (code) => process.exit(code ?? 1));
} else {
  process.removeAllListeners('warning');
  const { writeDatabaseTypes } = await import('../src/testing/database-types.ts');
  const { startTestSupabase } = await import('../src/testing/embedded-supabase.ts');
  const { supabase, stop } = await startTestSupabase();
  try {
    await writeDatabaseTypes(supabase.ownerUrl);
  } catch (error) {
    process.exitCode = 1;
    process.stderr.write(`The types could not be generated: ${error instanceof Error ? error.message.slice(0, 500) : error}\n`);
  } finally {
    await stop();
  }
}
