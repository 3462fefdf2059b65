import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import * as jobReports from '#app/api/monitor/job-reports/route.ts';
import { reportJobs } from '#features/reports/operations.ts';
import { answerProblem } from '#testing/api/description.ts';
import { makeApiKey } from '#testing/api-keys/make-api-key.ts';
import { sql } from '#testing/database/clients.ts';
import { encodeText } from '#testing/encodings/encode-text.ts';
import { makeTenant } from '#testing/tenants/make-tenant.ts';

let tenantId: string;
let key: string;
const logged: string[] = [];

interface Result {
  status: number;
  job_key?: string;
  id?: string;
  error?: string;
  repeated?: true;
  details?: { problem: string }[];
}

async function post(
  body: string | Uint8Array<ArrayBuffer>,
  headers: Record<string, string> = {},
  withKey = key,
) {
  const response = await jobReports.POST(
    new Request('http://portal.test/api/monitor/job-reports', {
      method: 'POST',
      body,
      headers: { 'X-TC-Portal-Webhook-Secret': withKey, ...headers },
    }),
  );
  const answered = {
    status: response.status,
    headers: response.headers,
    body: (await response.json()) as {
      success?: boolean;
      results: Result[];
      error?: string;
      decoded_from?: string;
    },
  };
  expect(answerProblem(reportJobs, answered)).toBeNull();
  return answered;
}

const report = (jobKey: string, fields: object = {}) => ({
  job_key: jobKey,
  title: 'Title',
  status: 'success',
  finished_at: '2026-11-21T06:00:00Z',
  ...fields,
});
const newKeys = (count: number) => Array.from({ length: count }, (_, n) => `batch-${n}-${randomUUID()}`);
const recordedKeys = async (keys: readonly string[]) =>
  (
    await sql`select job_key from public.job_status where tenant_id = ${tenantId} and job_key in ${sql(keys)}`
  ).map((row) => row.job_key as string);

beforeAll(async () => {
  tenantId = (await makeTenant()).id;
  ({ key } = await makeApiKey(tenantId, ['report']));
  vi.stubEnv('TC_PORTAL_WEBHOOK_SECRET', `secret-${randomUUID()}`);
  vi.spyOn(process.stdout, 'write').mockImplementation((chunk) => {
    logged.push(String(chunk));
    return true;
  });
});

afterAll(() => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
});

describe('a batch of reports [contract: batches]', () => {
  it.each([
    ['an array', (reports: object[]) => JSON.stringify(reports, null, 1)],
    ['NDJSON', (reports: object[]) => reports.map((one) => JSON.stringify(one)).join('\n')],
    [
      'NDJSON with Windows line ends and blank lines',
      (reports: object[]) => `${reports.map((one) => JSON.stringify(one)).join('\r\n\r\n')}\r\n`,
    ],
  ])('as %s of 500 is recorded and answered one by one', async (_what, write) => {
    const keys = newKeys(500);
    const { status, body } = await post(write(keys.map((jobKey) => report(jobKey))));
    expect(status).toBe(200);
    expect(body.success).toBe(true);
    expect(body.results.map((result) => [result.status, result.job_key])).toEqual(
      keys.map((jobKey) => [200, jobKey]),
    );
    expect((await recordedKeys(keys)).length).toBe(500);
  });

  it('can be one report over several lines, or none', async () => {
    const [jobKey] = newKeys(1);
    expect((await post(JSON.stringify(report(jobKey!), null, 2))).body.results).toMatchObject([
      { status: 200 },
    ]);
    expect((await post('[]')).body).toEqual({ success: true, results: [] });
  });

  it('answers a bad report as the single route does, without losing the others [rule 39: the outcome goes through]', async () => {
    const [first, second] = newKeys(2);
    const lines = [
      JSON.stringify(report(first!)),
      '{"job_key":"x","log":"\t"}',
      JSON.stringify({ ...report('x'), status: 'ok' }),
      '5',
      JSON.stringify(report(second!, { exit_code: 'x' })),
    ];
    const { status, body } = await post(lines.join('\n'));
    expect(status).toBe(207);
    expect(body.success).toBe(false);
    expect(body.results).toMatchObject([
      { status: 200, job_key: first },
      {
        status: 400,
        error: 'Invalid JSON body',
        details: [{ field: 'body', problem: 'line 2, column 23: a raw control character inside a string' }],
      },
      { status: 400, error: "status must be 'success' or 'error'" },
      { status: 400, error: 'Invalid JSON body' },
      { status: 200, job_key: second, warnings: [{ field: 'exit_code' }] },
    ]);
    expect((await recordedKeys([first!, second!])).sort()).toEqual([first, second].sort());
    const line = JSON.parse(logged.findLast((text) => text.includes('"recorded":2')) ?? '{}') as object;
    expect(line).toMatchObject({
      reports: 5,
      recorded: 2,
      refusals: [
        { item: 1, job_key: 'x', refusal: 'Invalid JSON body' },
        { item: 2, job_key: 'x' },
        { item: 3, refusal: 'Invalid JSON body' },
      ],
    });
  });

  it('is recorded in its order: the later of two attempts of a run counts', async () => {
    const keys = newKeys(20);
    const outcomes = (index: number) => (index % 2 === 0 ? ['error', 'success'] : ['success', 'error']);
    const attempts = [0, 1].flatMap((attempt) =>
      keys.map((jobKey, index) => report(jobKey, { run_id: 'r', status: outcomes(index)[attempt] })),
    );
    expect((await post(JSON.stringify(attempts))).status).toBe(200);
    const rows = await sql`select job_key, last_status from public.job_status where job_key in ${sql(keys)}`;
    const found = Object.fromEntries(rows.map((row) => [row.job_key as string, row.last_status as string]));
    expect(found).toEqual(Object.fromEntries(keys.map((jobKey, index) => [jobKey, outcomes(index)[1]])));
  });

  it('sent again with its Idempotency-Key is recorded once', async () => {
    const [jobKey] = newKeys(1);
    const body = JSON.stringify([report(jobKey!, { message: 'a' }), report(jobKey!, { message: 'b' })]);
    const headers = { 'Idempotency-Key': randomUUID() };
    const [once, again] = [await post(body, headers), await post(body, headers)];
    expect(once.body.results.map(({ repeated }) => repeated)).toEqual([undefined, undefined]);
    expect(again.body.results.map(({ repeated }) => repeated)).toEqual([true, true]);
  });

  it('with any values in the optional fields is recorded: none costs its report [rule 39: the outcome goes through]', async () => {
    const zones = fc.constantFrom(...Intl.supportedValuesOf('timeZone'), 'UTC', 'JST', 'utc');
    const number = fc.oneof(fc.integer(), fc.double(), fc.constantFrom(2 ** 31, -(2 ** 31), 1e300, 5e-324));
    const text = fc.string({ unit: 'binary', maxLength: 300 });
    const time = fc.oneof(
      fc.date({ noInvalidDate: true }).map((date) => date.toISOString()),
      fc.constantFrom(
        '0001-01-01T00:00:00Z',
        '9999-12-31T23:59:59Z',
        '2026-11-27 15:00:00',
        1795759200,
        'soon',
      ),
    );
    const any = fc.oneof(number, text, fc.boolean(), fc.jsonValue({ maxDepth: 2 }));
    const tolerance = fc.oneof(number, fc.constantFrom(0, 60, 31_622_400));
    const schedule = fc.record(
      {
        type: fc.constantFrom('cron', 'interval', 'other'),
        expression: fc.constantFrom('0 6 * * *', '* * * * * *', '@daily', '0 0 30 2 *', '0 9 L * 1-5'),
        timezone: zones,
        seconds: fc.oneof(number, fc.constant(3600)),
        late_tolerance_seconds: tolerance,
        max_run_seconds: tolerance,
        min_run_seconds: tolerance,
        failure_threshold: tolerance,
        recovery_threshold: tolerance,
      },
      { requiredKeys: ['type'] },
    );
    const fields = fc.record(
      {
        message: any,
        log: any,
        host: any,
        run_id: any,
        tool_id: fc.oneof(any, fc.uuid()),
        started_at: fc.oneof(time, any),
        sent_at: fc.oneof(time, any),
        duration_ms: fc.oneof(number, any),
        exit_code: fc.oneof(number, any),
        metrics: fc.oneof(fc.dictionary(text, any), any),
        schedule: fc.oneof(schedule, any),
      },
      { requiredKeys: [] },
    );
    const keys = newKeys(500);
    const titles = fc.sample(text, keys.length);
    const reports = fc
      .sample(fields, keys.length)
      .map((given, n) => JSON.stringify(report(keys[n]!, { title: `t${titles[n]}`, ...given })));
    // One body has at most 1 MiB.
    for (let at = 0; at < reports.length; at += 100) {
      const { body } = await post(reports.slice(at, at + 100).join('\n'));
      for (const [n, result] of body.results.entries())
        expect(result, reports[at + n]).toMatchObject({ status: 200 });
    }
    expect((await recordedKeys(keys)).length).toBe(500);
  });

  it('in another encoding says so once', async () => {
    const [jobKey] = newKeys(1);
    const text = JSON.stringify([report(jobKey!, { message: '処理が完了しました' })]);
    const { body } = await post(Uint8Array.from(encodeText(text, 'euc-jp')));
    expect(body).toMatchObject({ success: true, decoded_from: 'euc-jp', results: [{ status: 200 }] });
  });
});

describe('a batch that is refused as a whole', () => {
  it.each([
    [
      '501 reports in an array',
      () => JSON.stringify(newKeys(501).map((jobKey) => report(jobKey))),
      400,
      'A batch must have at most 500 reports',
    ],
    [
      '501 lines',
      () =>
        newKeys(501)
          .map((jobKey) => JSON.stringify(report(jobKey)))
          .join('\n'),
      400,
      'A batch must have at most 500 reports',
    ],
    ['no body', () => '', 400, 'Invalid JSON body'],
    ['an array that does not end', () => '[{}', 400, 'Invalid JSON body'],
    [
      '1 MiB and a byte',
      () => `[${' '.repeat(1_048_575)}]`,
      413,
      'Body must be at most 1 MiB (1048576 bytes)',
    ],
  ])('%s', async (_what, write, status, error) => {
    const answer = await post(write());
    expect([answer.status, answer.body.error]).toEqual([status, error]);
  });

  it('without a key, with a revoked one, or another method', async () => {
    expect((await post('[]', {}, 'wrong')).status).toBe(401);
    const revoked = await makeApiKey(tenantId, ['report']);
    const [first, second] = newKeys(2);
    const body = (jobKey: string) => JSON.stringify([report(jobKey), report(jobKey, { status: 'error' })]);
    expect((await post(body(first!), {}, revoked.key)).status).toBe(200);
    await sql`update public.api_keys set revoked_at = now() where id = ${revoked.id}`;
    const answer = await post(body(second!), {}, revoked.key);
    expect([answer.status, answer.body.error]).toEqual([401, 'Invalid or missing webhook secret']);
    const response = await jobReports.GET(new Request('http://portal.test/api/monitor/job-reports'));
    expect(response.status).toBe(405);
  });

  it('each report counts against the limit of its key', async () => {
    vi.stubEnv('TC_PORTAL_REPORTS_PER_MINUTE', '3');
    const busy = await makeApiKey(tenantId, ['report']);
    const keys = newKeys(5);
    const body = JSON.stringify(keys.map((jobKey) => report(jobKey)));
    const { status, body: answered, headers } = await post(body, {}, busy.key);
    expect(status).toBe(207);
    expect(answered.results.map((result) => result.status)).toEqual([200, 200, 200, 429, 429]);
    expect(Number(headers.get('retry-after'))).toBeGreaterThan(0);
    const refused = await post(body, {}, busy.key);
    expect([refused.status, refused.body.error]).toEqual([
      429,
      'Too many reports with this key: try again later',
    ]);
    vi.stubEnv('TC_PORTAL_REPORTS_PER_MINUTE', '');
  });
});
