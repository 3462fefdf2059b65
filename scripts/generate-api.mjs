// @ts-check
// Writes docs/api: openapi.yaml from the declarations of the routes, and plugin.schema.json from the schema that checks each
// plugin.json.
import fs from 'node:fs';
import path from 'node:path';
import { onCurrentNode, projectFolder } from './prepare.mjs';

await onCurrentNode(async () => {
  const { default: prettier } = await import('prettier');
  const { manifestJsonSchema } = await import('../src/domain/plugin/manifest.ts');
  const { writeApiDescription } = await import('../src/testing/api/description.ts');
  writeApiDescription();
  const filepath = path.join(projectFolder, 'docs', 'api', 'plugin.schema.json');
  const options = await prettier.resolveConfig(filepath);
  const schema = JSON.stringify(manifestJsonSchema(), null, 2);
  fs.writeFileSync(filepath, await prettier.format(schema, { ...options, filepath }));
  return 0;
});
