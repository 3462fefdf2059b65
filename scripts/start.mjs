// @ts-check
// Runs with any Node from 18 on and before anything is installed, so it uses nothing but Node itself.
import { spawn } from 'node:child_process';
import process from 'node:process';
import { ensureNode, ensurePackages } from './prepare.mjs';

/** @param {unknown} error */
function explain(error) {
  process.stderr.write(`\n${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
}

try {
  await ensurePackages();
  const node = ensureNode();
  if (node === process.execPath) {
    process.removeAllListeners('warning');
    const { main } = await import('../src/server/main.ts');
    process.exit(await main(process.argv.slice(2)));
  }
  const child = spawn(node, ['--disable-warning=ExperimentalWarning', ...process.argv.slice(1)], {
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
  });
  // The terminal sends Ctrl-C to both; this process only has to outlive the other one.
  for (const name of /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP'])) {
    process.on(name, () => {
      if (name !== 'SIGINT' || !process.stdin.isTTY) child.kill(name);
    });
  }
  child.once('exit', (code) => process.exit(code ?? 1));
} catch (error) {
  explain(error);
}
