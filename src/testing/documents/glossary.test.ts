import fs from 'node:fs';
import path from 'node:path';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';
import { projectFolder } from '#server/settings.ts';

const glossary = 'docs/architecture.md';

/** Contracts and foreign code that keep their own words. An entry that is no longer needed fails. */
const foreign: readonly { word: string; in: RegExp; name?: RegExp; why: string }[] = [
  {
    word: 'monitor',
    in: /^src\/app\/api\/monitor\//,
    why: 'scripts report to /api/monitor/job-report [contract: reports]',
  },
  {
    word: 'monitor',
    in: /\.(?:py|ts)$/,
    name: /^TC_PORTAL_MONITOR_URL$/,
    why: 'scripts read the address of reports from it',
  },
  {
    word: 'monitor',
    in: /^clients\/python\//,
    why: 'scripts import the decorator tc_portal.monitor',
  },
  {
    word: 'executions',
    in: /^src\/(?:app\/api\/(?:scheduler\/|access\.db\.test)|features\/runs\/(?:operations|background-jobs)\.)/,
    why: '/api/scheduler/jobs/:id/executions [contract: scheduler]',
  },
  {
    word: 'completed',
    in: /^src\/(?:features\/(?:runs|scheduler)\/|app\/api\/access\.db\.test)/,
    name: /^completed(?:At|_at)$/,
    why: 'completedAt of a plugin run, completed_at of an execution [contract: plugin runs]',
  },
  {
    word: 'nextRunAt',
    in: /^src\/(?:features\/scheduler\/(?:operations|api-shapes)|app\/api\/access\.db\.test)/,
    name: /^next_run_at$/,
    why: 'next_run_at of a job and of the status [contract: scheduler]',
  },
  {
    word: 'remove',
    in: /^(?:src\/(?:features|app\/\(portal\)\/settings)\/members\/|supabase\/schemas\/public\/policies\/members\.sql)/,
    why: 'a member is removed from the company',
  },
  {
    word: 'remove',
    in: /^src\/i18n\/messages\//,
    name: /^members\.remove|^audit\.verbsOf\.members\./,
    why: 'a member is removed from the company',
  },
  {
    word: 'digest',
    in: /^src\/(?:auth\/compare-secrets|app\/\(portal\)\/error)/,
    why: 'crypto and Next say digest',
  },
];

/** `readPortalHealth`, `read_portal_health` and `read-portal-health.ts` as words. */
const wordsIn = (name: string): string[] =>
  name
    .replaceAll(/([a-z\d])([A-Z])/g, '$1 $2')
    .replaceAll(/([A-Z])([A-Z][a-z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^a-z\d]+/)
    .filter((word) => word !== '');

/** Returns the forms of a word: removes, removed, removing, removal, withdrawn. */
const isFormOf = (word: string, base: string): boolean =>
  word.startsWith(base.replace(/e$/, '')) &&
  /^(?:e?s|e?d|e|n|ing|al)?$/.test(word.slice(base.replace(/e$/, '').length));

interface Wrong {
  word: string;
  called: string;
}

function readGlossary(document: string): Wrong[] {
  const table = document.split('\n## Words\n')[1]?.split('\n## ')[0] ?? '';
  return [...table.matchAll(/^\|([^|]+)\|[^|]+\|([^|]+)\|$/gm)].flatMap(([, word = '', never = '']) =>
    [...never.matchAll(/`(\w+)`/g)].map(([, called]) => ({ word: word.trim(), called: called! })),
  );
}

const wrong = readGlossary(fs.readFileSync(path.join(projectFolder, glossary), 'utf8'));

/** Parsing all files takes seconds; a file without a match has nothing to find. */
const somewhere = new RegExp(
  wrong.map(({ called }) => wordsIn(called).join('[^a-z]?').replace(/e$/, '')).join('|'),
  'i',
);

function wrongIn(name: string): Wrong[] {
  const words = wordsIn(name);
  return wrong.filter(({ called }) => {
    const parts = wordsIn(called);
    const last = parts.pop()!;
    return words.some(
      (_, at) =>
        parts.every((part, index) => words[at + index] === part) &&
        isFormOf(words[at + parts.length] ?? '', last),
    );
  });
}

/** Names that a program declares; names that it only uses come from elsewhere. */
function* namesInProgram(file: string, text: string): Generator<string> {
  const nodes: ts.Node[] = [
    ts.createSourceFile(
      file,
      text,
      ts.ScriptTarget.Latest,
      false,
      file.endsWith('x') ? ts.ScriptKind.TSX : 3,
    ),
  ];
  for (let node = nodes.pop(); node; node = nodes.pop()) {
    ts.forEachChild(node, (child) => void nodes.push(child));
    if (
      ts.isPropertyAccessExpression(node) ||
      ts.isImportClause(node) ||
      ts.isImportSpecifier(node) ||
      ts.isJsxAttribute(node) ||
      !('name' in node)
    ) {
      continue;
    }
    const name = node.name as ts.Node;
    if (ts.isIdentifier(name) || ts.isPrivateIdentifier(name)) yield name.text;
    if (ts.isStringLiteral(name) && /^[\w-]+$/.test(name.text)) yield name.text;
  }
}

function* namesInMessages(messages: object, isEnglish: boolean, under = ''): Generator<[string, string]> {
  for (const [key, value] of Object.entries(messages) as [string, unknown][]) {
    yield [`${under}${key}`, key];
    if (typeof value === 'object' && value !== null) {
      yield* namesInMessages(value, isEnglish, `${under}${key}.`);
    } else if (isEnglish) {
      yield [`${under}${key}`, String(value)];
    }
  }
}

/** Returns the names that we chose in a file, each with its place. */
function namesIn(file: string, text: string): [place: string, name: string][] {
  const own: [string, string][] = [[file, file]];
  const each = (names: Iterable<string>): [string, string][] =>
    [...new Set(names)].map((name) => [name, name]);
  if (/\.(?:ts|tsx|mjs)$/.test(file)) return [...own, ...each(namesInProgram(file, text))];
  if (file.endsWith('.sql')) {
    const statements = text.replaceAll(/--.*$/gm, '').replaceAll(/^comment on [^;]*;$/gm, '');
    return [...own, ...each(statements.match(/[a-z_]\w*/gi) ?? [])];
  }
  if (file.endsWith('.py')) {
    const program = text.replaceAll(/"""[^]*?"""|(["']).*?\1|#.*$/gm, '');
    return [...own, ...each(program.match(/(?<![.\w])[a-z_]\w*/gi) ?? [])];
  }
  if (/messages\/\w+\/\w+\.json$/.test(file)) {
    return [...own, ...namesInMessages(JSON.parse(text) as object, file.includes('/en/'))];
  }
  return own;
}

const used = new Set<object>();

function findProblems(file: string, text: string): string[] {
  if (!somewhere.test(file) && !somewhere.test(text)) return [];
  return namesIn(file, text).flatMap(([place, name]) =>
    wrongIn(name).flatMap(({ word, called }) => {
      const allowed = foreign.find(
        (entry) => entry.word === called && entry.in.test(file) && (entry.name?.test(place) ?? true),
      );
      if (allowed) used.add(allowed);
      return allowed ? [] : [`${file}: ${name} says ${called}, our word is ${word}`];
    }),
  );
}

// Migrations are copies, and the types are generated from them. Does not use git, as in citations.test.ts.
const files = fs
  .globSync(['*', '{clients,docs,scripts,src,supabase}/**/*'], {
    cwd: projectFolder,
    exclude: ['**/node_modules'],
  })
  .map((file) => file.replaceAll(path.sep, '/'))
  .filter(
    (file) =>
      !/^supabase\/(?:migrations|releases)\/|database\.types\.ts$|__pycache__|\.test-/.test(file) &&
      file !== 'src/testing/documents/glossary.test.ts' &&
      fs.statSync(path.join(projectFolder, file)).isFile(),
  );

describe('the list of words', () => {
  it('names the words to avoid', () => {
    expect(wrong.length).toBeGreaterThan(20);
    expect(wrong).toContainEqual({ word: 'delete', called: 'remove' });
  });

  it('applies to every name that we chose', () => {
    expect(files.length).toBeGreaterThan(600);
    const problems = files.flatMap((file) =>
      findProblems(file, fs.readFileSync(path.join(projectFolder, file), 'utf8')),
    );
    expect(problems).toEqual([]);
    expect(foreign.filter((entry) => !used.has(entry))).toEqual([]);
  });

  it.each([
    ['a file', 'src/features/tools/remove-tool.ts', ''],
    ['a function', 'src/a.ts', 'export async function readVitals() {}'],
    ['a variable', 'src/a.ts', 'const [removed] = rows;'],
    ['a field of a response', 'src/a.ts', 'const answer = { completed_at: run.finishedAt };'],
    ['a type', 'src/a.tsx', 'interface Props { onWithdrawn: () => void }'],
    ['an element of a union', 'scripts/a.mjs', 'class Schedule { #nextRunAt = null }'],
    [
      'a column',
      'supabase/schemas/public/tables/runs.sql',
      'create table runs (\n  completed_at timestamptz\n);',
    ],
    ['a column within a function', 'supabase/a.sql', 'begin select o.effective_at into v from o; end;'],
    ['a policy', 'supabase/a.sql', 'create policy "Admins can remove jobs" on jobs'],
    ['a key of a message', 'src/i18n/messages/ja/settings.json', '{ "tools": { "removeTitle": "削除" } }'],
    ['an English text', 'src/i18n/messages/en/settings.json', '{ "tools": { "title": "Removing {name}" } }'],
    ['a Python function', 'clients/python/a.py', 'def ended_at(run):'],
  ])('fails for %s', (_kind, file, text) => {
    expect(findProblems(file, text)).toHaveLength(1);
  });

  it.each([
    [
      'names from elsewhere',
      'src/a.ts',
      'node.removeEventListener("close", end); import { removed } from "x";',
    ],
    ['a comment', 'supabase/a.sql', "-- Removed rows.\ncomment on table a is 'Removed rows.';"],
    ['a word within a word', 'src/a.ts', 'const shopping = monitoringless;'],
    ['a Japanese text', 'src/i18n/messages/ja/a.json', '{ "title": "remove" }'],
    ['an attribute of Python', 'clients/python/a.py', 'os.remove(path)  # removed'],
  ])('passes %s', (_kind, file, text) => {
    expect(findProblems(file, text)).toEqual([]);
  });
});
