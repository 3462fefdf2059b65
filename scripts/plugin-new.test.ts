import { execFileSync, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';

const project = path.resolve(import.meta.dirname, '..');
let copy: string;

beforeAll(() => {
  copy = fs.mkdtempSync(path.join(os.tmpdir(), 'tc portal plugin '));
  for (const part of [
    'package.json',
    'tsconfig.json',
    'vitest.config.ts',
    'scripts/prepare.mjs',
    'scripts/plugin-new.mjs',
  ]) {
    fs.mkdirSync(path.dirname(path.join(copy, part)), { recursive: true });
    fs.copyFileSync(path.join(project, part), path.join(copy, part));
  }
  for (const part of ['src/plugins', 'src/domain'])
    fs.cpSync(path.join(project, part), path.join(copy, part), { recursive: true });
  fs.symlinkSync(path.join(project, 'node_modules'), path.join(copy, 'node_modules'), 'junction');
});
afterAll(() => fs.rmSync(copy, { recursive: true, force: true }));

const make = (id: string) =>
  spawnSync(process.execPath, ['scripts/plugin-new.mjs', id], { cwd: copy, encoding: 'utf8' });
const testPlugins = () =>
  spawnSync(
    process.execPath,
    [
      path.join(project, 'node_modules', 'vitest', 'vitest.mjs'),
      'run',
      '--project',
      'unit',
      '--reporter',
      'json',
      '--outputFile',
      'report.json',
      'src/plugins/plugins',
      'src/plugins/demo-plugin',
    ],
    {
      cwd: copy,
      encoding: 'utf8',
      env: { PATH: process.env.PATH, SystemRoot: process.env.SystemRoot } as never,
    },
  );

it(
  'creates a plugin that fulfills the contract, with one failing test that says what to do',
  { timeout: 60_000 },
  () => {
    expect(make('demo-plugin').status).toBe(0);
    const made = fs.readdirSync(path.join(copy, 'src/plugins/demo-plugin')).sort();
    expect(made).toEqual(['handler.test.ts', 'handler.ts', 'plugin.json']);
    testPlugins();
    const report = JSON.parse(fs.readFileSync(path.join(copy, 'report.json'), 'utf8')) as {
      testResults: { assertionResults: { status: string; fullName: string; failureMessages: string[] }[] }[];
    };
    const results = report.testResults.flatMap(({ assertionResults }) => assertionResults);
    const failures = results.filter(({ status }) => status !== 'passed');
    expect(failures.map(({ fullName }) => fullName)).toEqual([
      'sync reads what is new since the cursor and returns the next cursor',
    ]);
    expect(failures[0]?.failureMessages[0]).toContain('The plugin demo-plugin does nothing yet');
    expect(results.filter(({ fullName }) => fullName.includes('demo-plugin')).length).toBe(4);
    execFileSync(
      process.execPath,
      [
        path.join(project, 'node_modules', 'prettier', 'bin', 'prettier.cjs'),
        '--no-config',
        '--single-quote',
        '--print-width=110',
        '--check',
        'src/plugins/index.ts',
      ],
      { cwd: copy },
    );
  },
);

it.each([
  ['demo-plugin', 'already exists'],
  ['../evil', 'Usage'],
  ['Demo', 'Usage'],
  ['', 'Usage'],
])('refuses %j', (id, reason) => {
  const refused = make(id);
  expect(refused.status).toBe(1);
  expect(refused.stderr).toContain(reason);
});
