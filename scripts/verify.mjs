// @ts-check
// Tells in less than a minute whether a change can be committed: format, lint, types, unused code, unit tests.
import path from 'node:path';
import process from 'node:process';
import { onCurrentNode } from './prepare.mjs';

await onCurrentNode(async () => {
  const { runChecks } = await import('./checks.mjs');
  const vitest = path.join('node_modules', 'vitest', 'vitest.mjs');
  const results = await runChecks([
    ['unit tests', [[vitest, 'run', '--project', 'unit', '--reporter', 'dot']]],
  ]);
  const failed = results.filter(({ passed }) => !passed).length;
  process.stdout.write(`\n${results.length - failed} passed, ${failed} failed\n`);
  return failed === 0 ? 0 : 1;
});
