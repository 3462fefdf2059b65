import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { listen, type TestHttpServer } from '#testing/http/listen.ts';
import {
  curlForBash,
  curlForWindows,
  environmentForBash,
  nodeSnippet,
  powershellSnippet,
  secretPlaceholder,
} from './report-samples.ts';

const run = promisify(execFile);
const received: { secret: unknown; body: unknown }[] = [];
let server: TestHttpServer;

let sample = { url: '', title: '売上集計', message: '処理が完了しました' };
const expected = {
  secret: 'the-secret',
  body: {
    job_key: 'sales-daily',
    title: '売上集計',
    status: 'success',
    message: '処理が完了しました',
    finished_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/),
  },
};

beforeAll(async () => {
  server = await listen((request, response) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => {
      received.push({
        secret: request.headers['x-tc-portal-webhook-secret'],
        body: JSON.parse(Buffer.concat(parts).toString('utf8')),
      });
      response.end('{"success":true}');
    });
  });
  sample = { ...sample, url: `${server.url}/api/monitor/job-report` };
});
afterAll(() => server.close());

describe('report samples', () => {
  it.skipIf(process.platform === 'win32')('curl for bash sends its example report', async () => {
    await run('bash', ['-c', curlForBash(sample).replaceAll(secretPlaceholder, 'the-secret')]);
    expect(received.at(-1)).toEqual(expected);
  });

  it('node sends its example report', async () => {
    const code = `const main = async () => {};\n${nodeSnippet(sample)}`;
    await run(process.execPath, ['--input-type=module', '-e', code], {
      env: { ...process.env, TC_PORTAL_WEBHOOK_SECRET: 'the-secret' },
    });
    expect(received.at(-1)).toEqual(expected);
  });

  it('curl for the Windows command prompt is one line of ASCII, which no code page changes', () => {
    const command = curlForWindows(sample, new Date('2026-11-21T00:00:00Z'));
    expect(command).toMatch(/^[\x20-\x7e]+$/);
    const body = /-d "(.*)"$/.exec(command)?.[1]?.replaceAll('\\"', '"') ?? '';
    expect(JSON.parse(body)).toEqual(expected.body);
  });

  it('PowerShell sends bytes in UTF-8, because 5.1 would send text in the code page', () => {
    expect(powershellSnippet(sample)).toContain('[System.Text.Encoding]::UTF8.GetBytes(');
  });

  it('the environment has the four variables that scripts read', () => {
    const names = [...environmentForBash(sample).matchAll(/^export (\w+)=/gm)].map((match) => match[1]);
    expect(names).toEqual([
      'TC_PORTAL_MONITOR_URL',
      'TC_PORTAL_WEBHOOK_SECRET',
      'TC_PORTAL_JOB_KEY',
      'TC_PORTAL_JOB_TITLE',
    ]);
  });
});
