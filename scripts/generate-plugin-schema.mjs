// @ts-check
// Writes docs/api/plugin.schema.json, which editors check a plugin.json with, from the code that checks it.
import fs from 'node:fs';
import path from 'node:path';
import { onCurrentNode, projectFolder } from './prepare.mjs';

await onCurrentNode(async () => {
  const { default: prettier } = await import('prettier');
  const { manifestJsonSchema } = await import('../src/domain/plugin/manifest.ts');
  const file = path.join(projectFolder, 'docs', 'api', 'plugin.schema.json');
  const options = await prettier.resolveConfig(file);
  const text = await prettier.format(JSON.stringify(manifestJsonSchema(), null, 2), { ...options, filepath: file });
  fs.writeFileSync(file, text);
  return 0;
});
