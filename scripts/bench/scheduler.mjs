// @ts-check
// Runs all benchmarks of scheduler and queue, one after the other: `npm run bench:scheduler`.
import path from 'node:path';
import process from 'node:process';
import { ensureNode, ensurePackages, projectFolder, run } from '../prepare.mjs';

await ensurePackages();
const node = ensureNode();
for (const name of ['scheduler-tick.mjs', 'scheduler-queue.mjs']) {
  const code = await run(node, [
    '--disable-warning=ExperimentalWarning',
    path.join(projectFolder, 'scripts', 'bench', name),
  ]);
  if (code !== 0) process.exit(code);
  process.stdout.write('\n');
}
