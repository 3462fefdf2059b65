import fs from 'node:fs';
import path from 'node:path';
import { projectFolder } from '#server/settings.ts';

/** The exact snippet in scripts that are older than the portal [contract: reports]. */
export const referenceSnippet = fs.readFileSync(
  path.join(projectFolder, 'src', 'testing', 'python', 'reference-snippet.py'),
  'utf8',
);
