import { execFile, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import type { ServerResponse } from 'node:http';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  curlForBash,
  curlForWindows,
  nodeSnippet,
  powershellSnippet,
  secretPlaceholder,
} from '#features/reports/report-samples.ts';
import { projectFolder } from '#server/settings.ts';
import { welcomeText } from '#server/welcome.ts';
import { listen, type TestHttpServer } from '#testing/http/listen.ts';

// Every command that we print for reporting, run as it is printed: it must never end with 0 while nothing was recorded.

const secret = 'the-secret';
const now = new Date('2026-11-21T09:00:00Z');
const sentence = 'The reason is this sentence';
const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'tc-portal-commands-'));
let server: TestHttpServer;
let respond: (response: ServerResponse) => void;
const received: unknown[] = [];

beforeAll(async () => {
  server = await listen((request, response) => {
    let body = '';
    request.on('data', (piece) => (body += String(piece)));
    request.on('end', () => {
      received.push(request.headers['x-tc-portal-webhook-secret'] === secret && JSON.parse(body || '{}'));
      respond(response);
    });
  });
  fs.writeFileSync(path.join(folder, '.env.local'), `TC_PORTAL_WEBHOOK_SECRET=${secret}\n`);
});

afterAll(() => {
  server.close();
  fs.rmSync(folder, { recursive: true, force: true });
});

const welcome = (platform: NodeJS.Platform, start: RegExp): string[] => {
  const facts = {
    address: server.url,
    email: '',
    password: null,
    webhookSecret: secret,
    secretsFile: '',
    replaced: [],
  };
  return welcomeText(facts, now, platform)
    .split('\n')
    .filter((line) => start.test(line));
};
const sample = () => ({
  url: `${server.url}/api/monitor/job-report`,
  title: '売上集計',
  message: '処理が完了しました',
});
const withSecret = (text: string) => text.replaceAll(secretPlaceholder, secret);

/** The blocks of a document with a curl command. */
const blocksOf = (file: string): string[] =>
  [...fs.readFileSync(path.join(projectFolder, file), 'utf8').matchAll(/```bash\n([^]*?)```/g)]
    .map(([, block]) => block!.replaceAll('http://127.0.0.1:3000', server.url))
    .filter((block) => block.includes('curl '));

// cmd and bash read these lines alike, except for the name of the program and backslashes that escape nothing.
const asBash = (line: string): string => line.replace(/^curl\.exe/, 'curl').replaceAll(/\\u/g, '\\\\u');

const commands: Record<string, () => string[]> = {
  'curl for bash': () => [withSecret(curlForBash(sample()))],
  'curl for the Windows command prompt': () => [asBash(withSecret(curlForWindows(sample(), now)))],
  'the start on Linux': () => welcome('linux', /^curl /),
  'the start on Windows': () => welcome('win32', /^curl\.exe /).map(asBash),
  'README.md': () => blocksOf('README.md'),
  'docs/README.ja.md': () => blocksOf('docs/README.ja.md'),
};

interface Ended {
  code: number;
  output: string;
}
const run = (command: string): Promise<Ended> =>
  new Promise((resolve) => {
    execFile('bash', ['-c', command], { cwd: folder }, (error, stdout, stderr) =>
      resolve({ code: error ? Number(error.code) : 0, output: stdout + stderr }),
    );
  });

const say =
  (status: number, headers: Record<string, string> = {}) =>
  (response: ServerResponse) =>
    void response.writeHead(status, headers).end(JSON.stringify({ error: sentence }));
const elsewhere = (response: ServerResponse) =>
  response.writeHead(200, { 'Content-Type': 'text/html' }).end(sentence);

const refusals: [string, (response: ServerResponse) => void, string][] = [
  ['400', say(400), sentence],
  ['401', say(401), sentence],
  ['404', say(404), sentence],
  ['413', say(413), sentence],
  ['503 until it gives up', say(503, { 'Retry-After': '1' }), sentence],
  ...[301, 302, 307, 308].map((status): [string, (response: ServerResponse) => void, string] => [
    `${status} to a page that answers 200`,
    (response) =>
      response.req.url === '/elsewhere'
        ? void elsewhere(response)
        : say(status, { Location: '/elsewhere' })(response),
    '',
  ]),
  ['a connection that ends', (response) => void response.destroy(), 'curl'],
];

const hasTools = spawnSync('bash', ['-c', 'curl --version && awk 1 /dev/null']).status === 0;

describe.skipIf(!hasTools).each(Object.entries(commands))('the command of %s', (_name, printed) => {
  it('reports, shows the answer and ends with 0', async () => {
    respond = (response) => response.end('{"success":true,"id":"x"}');
    for (const command of printed()) {
      const { code, output } = await run(command);
      expect([code, output]).toEqual([0, expect.stringContaining('"success":true')]);
      expect(received.at(-1)).toMatchObject({
        finished_at: expect.stringMatching(/^20.*Z$/),
        title: expect.any(String),
      });
    }
    expect(printed().length).toBeGreaterThan(0);
  });

  it('tries again after a 503', async () => {
    let asked = 0;
    respond = (response) =>
      (asked += 1) === 1 ? say(503, { 'Retry-After': '1' })(response) : response.end('{"success":true}');
    expect((await run(printed()[0]!)).code).toBe(0);
    expect(asked).toBe(2);
  });
});

it.skipIf(!hasTools).each(refusals)('every command fails and shows why: %s', async (_what, answer, shown) => {
  respond = answer;
  const printed = Object.entries(commands).map(([name, list]) => [name, list()[0]!] as const);
  const ended = await Promise.all(
    printed.map(async ([name, command]) => ({ name, ...(await run(command)) })),
  );
  for (const { name, code, output } of ended) {
    expect([name, code]).not.toEqual([name, 0]);
    expect([name, output]).toEqual([name, expect.stringContaining(shown)]);
  }
});

// On Windows, curl's status is all there is.
it.skipIf(!hasTools)(
  'the commands for bash fail if another program answers 200, such as the sign-in page of a proxy',
  async () => {
    respond = elsewhere;
    for (const [name, printed] of Object.entries(commands).filter(([of]) => !of.includes('Windows'))) {
      const { code, output } = await run(printed()[0]!);
      expect([name, code, output]).toEqual([name, 1, expect.stringContaining(sentence)]);
    }
  },
);

it('no other document has a curl command that reports', () => {
  const documents = fs
    .globSync('**/*.md', { cwd: projectFolder, exclude: (name) => /node_modules|^\./.test(String(name)) })
    .filter((file) =>
      /^\s*curl .*\n?.*job-report/m.test(fs.readFileSync(path.join(projectFolder, file), 'utf8')),
    );
  expect(documents.map((file) => file.replaceAll('\\', '/')).sort()).toEqual([
    'README.md',
    'docs/README.ja.md',
  ]);
});

describe('the example for Node.js', () => {
  it.each(refusals)('shows why and does not fail the job: %s', async (_what, answer, shown) => {
    respond = answer;
    const code = `const main = async () => {};\n${nodeSnippet(sample())}`;
    const ended = await new Promise<Ended>((resolve) => {
      execFile(process.execPath, ['--input-type=module', '-e', code], (error, stdout, stderr) =>
        resolve({ code: error ? Number(error.code) : 0, output: stderr }),
      );
    });
    expect(ended.code).toBe(0);
    expect(ended.output).toContain('[TC Portal]');
    expect(ended.output).toContain(shown === 'curl' ? '' : shown);
  });
});

it('PowerShell stops at every failure and at an answer that is not the portal’s', () => {
  for (const text of [powershellSnippet(sample()), ...welcome('win32', /Invoke-RestMethod/)]) {
    expect(text).toContain('-TimeoutSec 10 -MaximumRedirection 0 -ErrorAction Stop');
    expect(text).toContain("if (-not $answer.success) { throw 'Nothing was recorded.' }");
  }
});
