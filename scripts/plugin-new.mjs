// @ts-check
// Creates a built-in plugin that does nothing yet, with a test that says what to do: npm run plugin:new -- <id>
import fs from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { projectFolder } from './prepare.mjs';

const pluginsFolder = path.join(projectFolder, 'src', 'plugins');
const registryFile = path.join(pluginsFolder, 'index.ts');

/** @param {string} message @returns {never} */
function stop(message) {
  process.stderr.write(`${message}\n`);
  process.exit(1);
}

const [id = '', ...rest] = process.argv.slice(2);
if (!/^[a-z][a-z0-9-]{0,63}$/.test(id) || rest.length > 0) {
  stop('Usage: npm run plugin:new -- <id>. Use lowercase letters, digits and - for the id.');
}
const folder = path.join(pluginsFolder, id);
if (fs.existsSync(folder)) stop(`The plugin ${id} already exists: ${folder}`);

const title = id.replaceAll('-', ' ').replace(/^./, (first) => first.toUpperCase());

const manifest = {
  $schema: '../../../docs/api/plugin.schema.json',
  id,
  name: { ja: title, en: title },
  description: { ja: 'プラグインの説明。', en: 'What the plugin does.' },
  version: '1.0.0',
  jobs: [
    {
      name: 'sync',
      title: { ja: '同期', en: 'Sync' },
      cron: '0 6 * * *',
      timeoutSec: 300,
      retry: { maxAttempts: 3, backoffSec: 10, maxBackoffSec: 600 },
      cursor: true,
      payload: {
        type: 'object',
        properties: {
          limit: {
            type: 'integer',
            title: { ja: '最大件数', en: 'Maximum items' },
            minimum: 1,
            default: 100,
          },
        },
      },
    },
  ],
};

const handler = `import { NonRetryableError, type Outcome, type PluginHandlers, type RunContext } from '#plugins/contract.ts';

/** Reads from the cursor on, reports progress, and returns the next cursor. */
async function sync(_context: RunContext): Promise<Outcome> {
  throw new NonRetryableError('The plugin ${id} does nothing yet');
}

export const handlers: PluginHandlers = { sync };
`;

const test = `import { expect, it } from 'vitest';
import type { RunContext } from '#plugins/contract.ts';
import { handlers } from './handler.ts';

// Say here what the plugin should do, then implement it in handler.ts. Replace \`fetch\` with what the service would return.
it('sync reads what is new since the cursor and returns the next cursor', async () => {
  const logged: string[] = [];
  const context: RunContext = {
    payload: { limit: 100 },
    cursor: null,
    attempt: 1,
    runId: '00000000-0000-7000-8000-000000000000',
    signal: new AbortController().signal,
    log: (line) => logged.push(line),
    progress: () => {},
    fetch: async (url) => ({ url, status: 200, headers: {}, text: '[]', bytes: 2, isCut: false }),
    now: () => new Date('2026-01-01T00:00:00Z'),
    secrets: {},
    operator: { allowedCommands: [], allowedHosts: [], commandEnvironment: {} },
    readPortalHealth: () => Promise.reject(new Error('not used')),
  };
  const outcome = await handlers.sync?.(context);
  expect(outcome).toMatchObject({ kind: 'success', cursor: expect.any(String) });
});
`;

const registry = fs.readFileSync(registryFile, 'utf8');
const key = id.includes('-') ? `'${id}'` : id;
const line = `  ${key}: {
    manifest: () => import('./${id}/plugin.json', { with: { type: 'json' } }),
    load: () => import('./${id}/handler.ts'),
  },
`;
const end = registry.lastIndexOf('};');
if (end < 0) stop(`${registryFile} does not end as expected: nothing was created.`);

fs.mkdirSync(folder);
fs.writeFileSync(path.join(folder, 'plugin.json'), `${JSON.stringify(manifest, null, 2)}\n`);
fs.writeFileSync(path.join(folder, 'handler.ts'), handler);
fs.writeFileSync(path.join(folder, 'handler.test.ts'), test);
fs.writeFileSync(registryFile, registry.slice(0, end) + line + registry.slice(end));

process.stdout.write(
  `Created src/plugins/${id}/ and added it to src/plugins/index.ts. Next:\n` +
    `  1. declare the jobs in src/plugins/${id}/plugin.json (docs/plugins.md)\n` +
    `  2. write handler.ts until npx vitest run --project unit src/plugins passes\n` +
    `  3. npx prettier --write src/plugins\n`,
);
