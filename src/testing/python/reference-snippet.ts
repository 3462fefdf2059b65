import fs from 'node:fs';
import path from 'node:path';
import { projectFolder } from '#server/settings.ts';

/** The snippet that scripts older than the portal carry, letter by letter [contract: reports]. */
export const referenceSnippet = fs.readFileSync(
  path.join(projectFolder, 'src', 'testing', 'python', 'reference-snippet.py'),
  'utf8',
);
