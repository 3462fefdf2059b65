import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { projectFolder } from '#server/settings.ts';

const rulesFile = 'docs/rules.md';
const contractsFile = 'docs/contracts.md';
/** Contains examples of wrong citations. */
const ownFile = 'src/testing/documents/citations.test.ts';

const read = (file: string): string => fs.readFileSync(path.join(projectFolder, file), 'utf8');

interface Rule {
  number: number;
  name: string;
  text: string;
}

function readRules(document: string): Rule[] {
  const [, ...parts] = document.split(/^### /m);
  return parts.map((part) => {
    const [heading = '', ...lines] = part.split('\n');
    const [, number, name = ''] = /^(\d+)\. (.+)$/.exec(heading) ?? [];
    return { number: Number(number), name: name.toLowerCase(), text: lines.join('\n').split(/^## /m)[0]! };
  });
}

const readSections = (document: string): string[] =>
  [...document.matchAll(/^## (.+)$/gm)].map(([, name]) => name!.toLowerCase());

const citationOf = ({ number, name }: Rule): string => `[rule ${number}: ${name}]`;

const citation = /\[(?:rule \d+|contract): [^\]\n]+\]/g;
const oldForm =
  /\brules? \d+|\bcontracts\.md, |\breference\/[\w-]+\.md|\bsemantics \d|\bdocs\/semantics\b|(?<=[('"]|and )contract[,:] /gi;

function findProblems(text: string, known: ReadonlySet<string>): string[] {
  return text.split('\n').flatMap((line, index) => {
    const unknown = (line.match(citation) ?? []).filter((cited) => !known.has(cited));
    const old = line.replaceAll(citation, '').match(oldForm) ?? [];
    return [
      ...unknown.map((cited) => `${index + 1}: ${cited} is no heading of ${rulesFile} or ${contractsFile}`),
      ...old.map((found) => `${index + 1}: "${found}" cites without a name, see ${rulesFile}`),
    ];
  });
}

const rules = readRules(read(rulesFile));
const known = new Set([
  ...rules.map(citationOf),
  ...readSections(read(contractsFile)).map((name) => `[contract: ${name}]`),
]);

// Does not use git, so that the tests also pass in a download without history.
const files = fs
  .globSync(
    [
      '*.{md,ts,mjs,toml}',
      '.env.example',
      '{clients,docs,scripts,src,supabase}/**/*.{css,json,md,mjs,py,sql,toml,ts,tsx,yaml}',
    ],
    { cwd: projectFolder, exclude: ['**/node_modules'] },
  )
  .map((file) => file.replaceAll(path.sep, '/'))
  .filter((file) => file !== ownFile && fs.statSync(path.join(projectFolder, file)).isFile());

const pathsIn = (text: string): string[] =>
  [...text.matchAll(/`((?:src|supabase|scripts|clients|docs)\/[^`\s]+\.\w+)`/g)].map(([, file]) => file!);

describe('citations of rules and contracts', () => {
  it('name a heading, in every file', () => {
    expect(files.length).toBeGreaterThan(500);
    const problems = files.flatMap((file) =>
      findProblems(read(file), known).map((problem) => `${file}:${problem}`),
    );
    expect(problems).toEqual([]);
  });

  it.each([
    ['an unknown name', '[rule 21: misfires]'],
    ['an unknown number', '[rule 99: misfire and overlap]'],
    ['the name of another rule', '[rule 22: misfire and overlap]'],
    ['an unknown section', '[contract: report]'],
    ['a number without a name', '(rule 21)'],
    ['several of them', 'rules 18 to 23'],
    ['a number without a name in brackets', '[rule 21]'],
    ['one split over two lines', '[rule 21: misfire\n * and overlap]'],
    ['a document in another folder', 'contracts.md, Reports'],
    ['another one', 'the words of reference/scheduler.md'],
    ['a section in words', "describe('contract, Scheduler', () => {"],
  ])('are found when they are wrong: %s', (_what, text) => {
    expect(findProblems(text, known)).toHaveLength(1);
  });

  it('are accepted if they are right', () => {
    const text = 'a tick [rule 21: misfire and overlap] [contract: scheduler], docs/contracts.md';
    expect(findProblems(text, known)).toEqual([]);
  });
});

describe(rulesFile, () => {
  it('numbers its rules from 1, each with a unique name, a reason and its state', () => {
    expect(rules.map(({ number }) => number)).toEqual(rules.map((_, index) => index + 1));
    expect(new Set(rules.map(({ name }) => name)).size).toBe(rules.length);
    for (const rule of rules) {
      expect(rule.text, citationOf(rule)).toMatch(/\n\nWhy: .+/);
      expect(rule.text, citationOf(rule)).toMatch(
        /\n\nToday: (holds|holds in part|holds for .+|not built yet)[.:; ]/,
      );
    }
  });

  it('names existing tests that cite their rule, for every rule that is built', () => {
    const wrong = rules.flatMap((rule) => {
      const tests = pathsIn(rule.text.split(/\bTests:/)[1] ?? '');
      const isBuilt = !rule.text.includes('\n\nToday: not built yet');
      if (tests.length > 0 !== isBuilt) return [`${citationOf(rule)} names ${tests.length} tests`];
      return tests
        .filter((file) => !files.includes(file) || !read(file).includes(citationOf(rule)))
        .map((file) => `${file} does not cite ${citationOf(rule)}`);
    });
    expect(wrong).toEqual([]);
  });
});

/** Files that a document names, also by the last part of their path, such as `ja/portal-messages.json`. */
const filesNamedIn = (text: string): string[] =>
  [...text.matchAll(/`([\w./()[\]-]*\w\.(?:json|mjs|ts|tsx|sql))`/g)].map(([, file]) => file!);

/** Decision 4 is about the name that we did not choose. */
const notChosen = 'middleware.ts';

const exists = (name: string): boolean =>
  name === notChosen ||
  fs.existsSync(path.join(projectFolder, name)) ||
  files.some((file) => file.endsWith(`/${name}`));

const hasPlaceholder = (name: string): boolean => /[<{*]/.test(name);

describe('documents', () => {
  it.each(files.filter((file) => file.endsWith('.md')))('%s names existing files', (file) => {
    const named = [...filesNamedIn(read(file)), ...pathsIn(read(file))];
    expect(named.filter((name) => !hasPlaceholder(name) && !exists(name))).toEqual([]);
  });

  it('that name a file which is gone are found', () => {
    const text = 'see `sentences.ts`, `messages/ja/sentences.json` and `src/http/paths.ts`';
    expect(filesNamedIn(text).filter((name) => !exists(name))).toEqual([
      'sentences.ts',
      'messages/ja/sentences.json',
    ]);
  });
});
