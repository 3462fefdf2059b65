// @ts-check
// Writes docs/api/openapi.yaml from what the routes declare.
import { onCurrentNode } from './prepare.mjs';

await onCurrentNode(async () => {
  const { writeApiDescription } = await import('../src/testing/api-description.ts');
  writeApiDescription();
  return 0;
});
