// @ts-check
// npm start, npm run dev and npm start -- --demo. Runs with Node 18 and before anything is installed.
import process from 'node:process';
import { onCurrentNode } from './prepare.mjs';

await onCurrentNode(async () => {
  const { main } = await import('../src/server/main.ts');
  return main(process.argv.slice(2));
});
