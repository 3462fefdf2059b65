import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import * as jobReport from '#app/api/monitor/job-report/route.ts';
import * as jobStart from '#app/api/monitor/job-start/route.ts';
import { reportJob, reportJobStart } from '#features/reports/operations.ts';
import type { Operation } from '#http/operation.ts';
import { answerProblem } from '#testing/api/description.ts';
import { makeApiKey } from '#testing/api-keys/make-api-key.ts';
import { sql } from '#testing/database/clients.ts';
import { encodeText } from '#testing/encodings/encode-text.ts';
import { makeTool } from '#testing/tools/make-tool.ts';

const secret = `secret-${randomUUID()}`;
const previousSecret = `previous-${randomUUID()}`;
const firstTenantId = randomUUID();
const otherTenantId = randomUUID();
const logged: string[] = [];

const newJobKey = (): string => `job-${randomUUID()}`;
const finishedAt = '2026-11-21T06:00:00Z';
const least = (jobKey: string) => ({
  job_key: jobKey,
  title: 'Title',
  status: 'success',
  finished_at: finishedAt,
});

type Headers = Record<string, string>;

function request(path: string, body: BodyInit | null, headers: Headers, method = 'POST'): Request {
  return new Request(`http://portal.test${path}`, { method, body, headers, duplex: 'half' } as RequestInit);
}

async function answerOf(operation: Operation, response: Response) {
  const answer = {
    status: response.status,
    body: (await response.json()) as Record<string, unknown>,
    headers: response.headers,
  };
  expect(answerProblem(operation, answer)).toBeNull();
  return answer;
}

async function post(body: unknown, headers: Headers = {}) {
  const raw = typeof body === 'string' || body instanceof Uint8Array || body instanceof ReadableStream;
  const sent = raw ? (body as BodyInit) : JSON.stringify(body);
  const withSecret = { 'X-TC-Portal-Webhook-Secret': secret, 'Content-Type': 'application/json', ...headers };
  return answerOf(reportJob, await jobReport.POST(request('/api/monitor/job-report', sent, withSecret)));
}

async function start(body: unknown, headers: Headers = {}) {
  const withSecret = { 'X-TC-Portal-Webhook-Secret': secret, ...headers };
  return answerOf(
    reportJobStart,
    await jobStart.POST(request('/api/monitor/job-start', JSON.stringify(body), withSecret)),
  );
}

interface StatusRow {
  id: string;
  title: string;
  tool_id: string | null;
  last_status: string;
  last_finished_at: Date;
  last_message: string | null;
}

const statusOf = async (jobKey: string, tenantId = firstTenantId): Promise<StatusRow | undefined> =>
  (
    await sql<
      StatusRow[]
    >`select * from public.job_status where tenant_id = ${tenantId} and job_key = ${jobKey}`
  )[0];

const runsOf = async (jobKey: string, tenantId = firstTenantId) => sql`
  select r.* from public.runs r join public.jobs j on j.id = r.job_id
  where j.tenant_id = ${tenantId} and j.job_key = ${jobKey} order by r.ordered_at, r.id`;

// JavaScript cannot read PostgreSQL's dates before the year 100.
const yearOf = async (column: string, jobKey: string): Promise<unknown> =>
  (
    await sql`
      select extract(year from r.${sql(column)} at time zone 'UTC')::integer as year
      from public.runs r join public.jobs j on j.id = r.job_id where j.job_key = ${jobKey}`
  )[0]?.year;

beforeAll(async () => {
  // The environment's secret reports for the oldest tenant.
  await sql`
    insert into public.tenants (id, name, created_at)
    values (${firstTenantId}, 'First', '1999-01-01'), (${otherTenantId}, 'Other', now())`;
  vi.stubEnv('TC_PORTAL_WEBHOOK_SECRET', secret);
  vi.stubEnv('TC_PORTAL_WEBHOOK_SECRET_PREVIOUS', previousSecret);
  for (const stream of [process.stdout, process.stderr]) {
    vi.spyOn(stream, 'write').mockImplementation((chunk) => {
      logged.push(String(chunk));
      return true;
    });
  }
});

afterEach(() => {
  vi.stubEnv('TC_PORTAL_WEBHOOK_SECRET', secret);
  vi.stubEnv('TC_PORTAL_WEBHOOK_SECRET_PREVIOUS', previousSecret);
  vi.stubEnv('TC_PORTAL_REPORTS_PER_MINUTE', '');
});

afterAll(async () => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
  await sql`delete from public.tenants where id in (${firstTenantId}, ${otherTenantId})`;
});

describe('an accepted report', () => {
  it('returns the id of its job_status, and is stored', async () => {
    const jobKey = newJobKey();
    const { status, body, headers } = await post({ ...least(jobKey), status: 'error', message: 'disk full' });
    const row = await statusOf(jobKey);
    expect(status).toBe(200);
    expect(body).toEqual({ success: true, id: row?.id, job_key: jobKey });
    expect(row).toMatchObject({
      title: 'Title',
      last_status: 'error',
      last_message: 'disk full',
      tool_id: null,
    });
    expect(row?.last_finished_at.toISOString()).toBe('2026-11-21T06:00:00.000Z');
    expect(headers.get('cache-control')).toBe('no-store');
    expect(headers.get('content-type')).toBe('application/json; charset=utf-8');
  });

  it('can come from the Python snippet in existing scripts: null as message, microseconds, +00:00', async () => {
    const jobKey = newJobKey();
    const answer = await post({
      ...least(jobKey),
      finished_at: '2026-11-21T06:00:00.123456+00:00',
      message: null,
    });
    expect(answer.status).toBe(200);
    const [run] = await sql`
      select r.finished_at::text from public.runs r join public.jobs j on j.id = r.job_id where j.job_key = ${jobKey}`;
    expect(run?.finished_at).toBe('2026-11-21 06:00:00.123456+00');
  });

  it('is stored with all its fields', async () => {
    const jobKey = newJobKey();
    const answer = await post({
      ...least(jobKey),
      status: 'error',
      message: 'failed',
      started_at: '2026-11-21T05:59:00Z',
      duration_ms: 59_000,
      run_id: 'run-1',
      exit_code: 3221225477,
      host: 'ws-01',
      log: 'first line\nlast line',
      metrics: { rows: 12, ratio: 0.5 },
      schedule: {
        type: 'cron',
        expression: '0 6 * * 1-5',
        timezone: 'Asia/Tokyo',
        late_tolerance_seconds: 600,
      },
    });
    expect(answer.status).toBe(200);
    const [run] = await runsOf(jobKey);
    expect(run).toMatchObject({
      state: 'failed',
      trigger: 'report',
      duration_ms: '59000',
      exit_code: -1073741819,
      host: 'ws-01',
      message: 'failed',
      metrics: { rows: 12, ratio: 0.5 },
      report_key: 'run:run-1',
    });
    const [log] = await sql`select head, tail, cut_characters from public.run_logs where run_id = ${run?.id}`;
    expect(log).toEqual({ head: 'first line\nlast line', tail: '', cut_characters: '0' });
    const [job] = await sql`select * from public.jobs where job_key = ${jobKey}`;
    expect(job).toMatchObject({
      expected_schedule_type: 'cron',
      expected_cron: '0 6 * * 1-5',
      expected_time_zone: 'Asia/Tokyo',
      late_tolerance_seconds: 600,
      max_run_seconds: null,
    });
  });

  it('writes an audit row for a changed schedule, not for the same one', async () => {
    const jobKey = newJobKey();
    const schedule = { type: 'interval', seconds: 3600, max_run_seconds: null };
    const audits = async () => sql`
      select action from public.audit_log where tenant_id = ${firstTenantId} and after ->> 'title' = ${jobKey}`;
    const send = (minute: number, seconds: number) =>
      post({
        ...least(jobKey),
        title: jobKey,
        finished_at: `2026-11-21T06:0${minute}:00Z`,
        schedule: { ...schedule, seconds },
      });
    await send(0, 3600);
    const before = (await audits()).length;
    await send(1, 3600);
    expect((await audits()).length).toBe(before);
    await send(2, 1800);
    expect((await audits()).length).toBe(before + 1);
  });

  it('stores markup as plain text', async () => {
    const jobKey = newJobKey();
    await post({ ...least(jobKey), title: '<b>x</b>', message: '<script>alert(1)</script>' });
    expect(await statusOf(jobKey)).toMatchObject({
      title: '<b>x</b>',
      last_message: '<script>alert(1)</script>',
    });
  });

  it.each([
    ['1970', '1970-01-01T00:00:00Z', '1970-01-01T00:00:00.000Z', false],
    [
      '2090, which is marked and ordered by the time received [rule 5: wrong clocks]',
      '2090-01-01T00:00:00Z',
      '2090-01-01T00:00:00.000Z',
      true,
    ],
  ])('can have finished in %s', async (_what, given, stored, isClockWrong) => {
    const jobKey = newJobKey();
    const { status } = await post({ ...least(jobKey), finished_at: given });
    expect(status).toBe(200);
    const [run] = await runsOf(jobKey);
    expect(run?.finished_at.toISOString()).toBe(stored);
    expect(run?.is_clock_wrong).toBe(isClockWrong);
    if (isClockWrong) expect(Math.abs(run?.ordered_at.getTime() - Date.now())).toBeLessThan(60_000);
    expect((await statusOf(jobKey))?.last_finished_at.toISOString()).toBe(stored);
  });

  it('belongs to its tool', async () => {
    const jobKey = newJobKey();
    const toolId = await makeTool(firstTenantId);
    const { status } = await post({ ...least(jobKey), tool_id: toolId });
    expect(status).toBe(200);
    expect((await statusOf(jobKey))?.tool_id).toBe(toolId);
  });

  it.each([
    ['does not exist', () => randomUUID()],
    ['cannot be read', () => 'the backup tool'],
    ['is of another tenant', () => makeTool(otherTenantId)],
  ])(
    'is recorded without a tool that %s, and the job keeps its own [rule 39: the outcome goes through]',
    async (_what, makeUnknown) => {
      const jobKey = newJobKey();
      const unknown = await makeUnknown();
      expect((await post({ ...least(jobKey), tool_id: unknown })).status).toBe(200);
      expect((await statusOf(jobKey))?.tool_id).toBeNull();
      const toolId = await makeTool(firstTenantId);
      await post({ ...least(jobKey), finished_at: '2026-11-21T07:00:00Z', tool_id: toolId });
      const answer = await post({
        ...least(jobKey),
        status: 'error',
        finished_at: '2026-11-21T08:00:00Z',
        tool_id: unknown,
      });
      expect(answer.status).toBe(200);
      expect(await statusOf(jobKey)).toMatchObject({ last_status: 'error', tool_id: toolId });
    },
  );
});

describe('a report with wrong optional fields [rule 39: the outcome goes through]', () => {
  const left = (field: string, problem: string) => ({ field, problem, ignored: true });

  it('is recorded without them, and the response names them', async () => {
    const jobKey = newJobKey();
    const { status, body } = await post({
      ...least(jobKey),
      status: 'error',
      message: 120,
      exit_code: '1',
      duration_ms: 12.7,
      run_id: 12345,
      tool_id: randomUUID(),
      host: ['ws-01'],
      metrics: [],
      schedule: { type: 'cron', expression: '0 6 * * *', timezone: 'JST' },
    });
    expect(status).toBe(200);
    expect(body).toEqual({
      success: true,
      id: expect.any(String),
      job_key: jobKey,
      warnings: [
        left('host', 'must be text'),
        left('schedule.timezone', 'is not a known time zone'),
        left('schedule', 'cannot be used without it'),
        left('tool_id', 'is not a known tool'),
      ],
    });
    expect(await runsOf(jobKey)).toMatchObject([
      {
        state: 'failed',
        message: '120',
        exit_code: 1,
        duration_ms: '13',
        report_key: 'run:12345',
        host: null,
        metrics: {},
      },
    ]);
  });

  it('with NaN, as json.dumps writes it, loses only that metric', async () => {
    const jobKey = newJobKey();
    const { body } = await post(
      `${JSON.stringify(least(jobKey)).slice(0, -1)},"metrics":{"rows":1,"x":NaN}}`,
    );
    expect(body.warnings).toEqual([left('metrics.x', 'must be a number')]);
    expect((await runsOf(jobKey))[0]?.metrics).toEqual({ rows: 1 });
  });

  it('with numbers that JavaScript cannot hold as ids keeps all their digits', async () => {
    const jobKey = newJobKey();
    const send = (id: string) => post(`${JSON.stringify(least(jobKey)).slice(0, -1)},"run_id": ${id}}`);
    await send('12345678901234567890');
    await send('12345678901234567891');
    expect((await runsOf(jobKey)).map((run) => run.report_key).sort()).toEqual([
      'run:12345678901234567890',
      'run:12345678901234567891',
    ]);
  });

  it('so is a start', async () => {
    const jobKey = newJobKey();
    const given = {
      job_key: jobKey,
      title: 'Title',
      run_id: 7,
      started_at: finishedAt,
      tool_id: randomUUID(),
    };
    const { status, body } = await start(given);
    expect(status).toBe(200);
    expect(body).toEqual({
      success: true,
      job_key: jobKey,
      run_id: '7',
      warnings: [left('tool_id', 'is not a known tool')],
    });
    expect((await start({ ...given, tool_id: null })).body).toMatchObject({ repeated: true });
  });
});

describe('keys that look alike [contract: reports]', () => {
  it('are one job', async () => {
    const jobKey: string = `café-${randomUUID()}`;
    const ids = [jobKey, ` ${jobKey}`, `${jobKey}\r\n`, `\ufeff${jobKey}`, jobKey.normalize('NFD')].map(
      async (key, hour) => {
        const { body } = await post({ ...least(key), finished_at: `2026-11-21T0${hour}:00:00Z` });
        expect(body.job_key).toBe(jobKey);
        return body.id;
      },
    );
    expect(new Set(await Promise.all(ids)).size).toBe(1);
    expect(await runsOf(jobKey)).toHaveLength(5);
  });
});

describe('a time without a zone [contract: reports]', () => {
  it('is in the time zone of the company', async () => {
    await sql`update public.tenants set time_zone = 'America/New_York' where id = ${otherTenantId}`;
    const { key } = await makeApiKey(otherTenantId, ['report']);
    const jobKey = newJobKey();
    const fields = { ...least(jobKey), finished_at: '2026-11-21 06:00:00' };
    await post(fields, { 'X-TC-Portal-Webhook-Secret': key });
    await post(fields);
    const instants = async (tenantId: typeof firstTenantId) =>
      (await runsOf(jobKey, tenantId)).map((run) => run.finished_at.toISOString());
    expect(await instants(otherTenantId)).toEqual(['2026-11-21T11:00:00.000Z']);
    expect(await instants(firstTenantId)).toEqual(['2026-11-20T21:00:00.000Z']);
  });
});

describe('a refused report', () => {
  it.each([
    ['no body', '', 'Invalid JSON body'],
    ['no JSON', '{"job_key": ', 'Invalid JSON body'],
    ['a list', '[]', 'Invalid JSON body'],
    ['100,000 nested lists', '['.repeat(100_000) + ']'.repeat(100_000), 'Invalid JSON body'],
    ['500,000 lists that never end', '['.repeat(500_000), 'Invalid JSON body'],
    ['100,000 nested objects', '{"a":'.repeat(100_000) + '1' + '}'.repeat(100_000), 'job_key is required'],
    ['an empty object', '{}', 'job_key is required'],
    ['no title', '{"job_key":"k"}', 'title is required'],
    ['no status', '{"job_key":"k","title":"t"}', "status must be 'success' or 'error'"],
    ['no finish', '{"job_key":"k","title":"t","status":"error"}', 'finished_at is required'],
    [
      'a finish that is not a time',
      '{"job_key":"k","title":"t","status":"error","finished_at":"soon"}',
      'finished_at must be valid ISO 8601',
    ],
  ])('400: %s', async (_what, body, error) => {
    const answer = await post(body);
    expect(answer.body.error).toBe(error);
    expect(answer.status).toBe(400);
    expect(answer.headers.get('cache-control')).toBe('no-store');
  });

  it('400: a raw line break inside a string, with its line', async () => {
    const answer = await post('{\n"job_key": "k",\n"log": "one\ntwo"\n}');
    expect(answer.status).toBe(400);
    expect(answer.body).toEqual({
      error: 'Invalid JSON body',
      details: [{ field: 'body', problem: 'line 3: a raw line break inside a string' }],
    });
  });

  it.each([
    ['400', 'gzip', 'Body cannot be decompressed as Content-Encoding says'],
    ['415', 'br', 'Content-Encoding must be gzip, deflate or identity'],
  ])('%s: a body that is not compressed as %s says', async (status, encoding, error) => {
    const answer = await post(least(newJobKey()), { 'Content-Encoding': encoding });
    expect(answer.status).toBe(Number(status));
    expect(answer.body).toEqual({ error });
  });

  it('does not affect the others in its batch: one by a key that has just been revoked', async () => {
    const { key, id } = await makeApiKey(firstTenantId, ['report']);
    const ofKey = { 'X-TC-Portal-Webhook-Secret': key };
    expect((await post(least(newJobKey()), ofKey)).status).toBe(200);
    await sql`update public.api_keys set revoked_at = now() where id = ${id}`;
    const jobKeys = Array.from({ length: 20 }, newJobKey);
    const answers = await Promise.all(
      jobKeys.map((jobKey, index) => post(least(jobKey), index === 7 ? ofKey : {})),
    );
    expect(answers.map((answer) => answer.status)).toEqual(
      jobKeys.map((_, index) => (index === 7 ? 401 : 200)),
    );
    for (const [index, { body }] of answers.entries())
      if (index !== 7) expect(body.job_key).toBe(jobKeys[index]);
  });

  it('405 with Allow: POST for every other method', async () => {
    for (const method of ['GET', 'HEAD', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'] as const) {
      const response = await jobReport[method](request('/api/monitor/job-report', null, {}, method));
      expect(response.status, method).toBe(405);
      expect(response.headers.get('allow'), method).toBe('POST');
      expect(await response.text(), method).toBe(method === 'HEAD' ? '' : '{"error":"Method not allowed"}');
    }
  });
});

describe('the secret [rule 34: keys and secrets] [contract: reports]', () => {
  const wrong = { error: 'Invalid or missing webhook secret' };

  it.each([
    ['no secret', {}],
    ['an empty one', { 'X-TC-Portal-Webhook-Secret': '' }],
    ['a wrong one', { 'X-TC-Portal-Webhook-Secret': 'wrong' }],
    ['the start of the right one', { 'X-TC-Portal-Webhook-Secret': secret.slice(0, -1) }],
    ['the right one and more', { 'X-TC-Portal-Webhook-Secret': `${secret}x` }],
    ['the right one in another header', { Authorization: `Bearer ${secret}` }],
    ['a key that does not exist', { 'X-TC-Portal-Webhook-Secret': `tcp_${'x'.repeat(43)}` }],
    [
      'a header that once bypassed middleware',
      { 'x-middleware-subrequest': 'src/middleware:src/middleware:middleware' },
    ],
  ])('401: %s', async (_what, headers) => {
    const body = JSON.stringify(least(newJobKey()));
    const answer = await answerOf(
      reportJob,
      await jobReport.POST(request('/api/monitor/job-report', body, headers)),
    );
    expect(answer.status).toBe(401);
    expect(answer.body).toEqual(wrong);
  });

  // `fetch` and Node remove blanks and line breaks; a byte order mark arrives as Latin-1.
  const mark = Buffer.from('\ufeff').toString('latin1');
  it.each([`"${secret}"`, `'${secret}'`, ` ${secret} `, `${mark}${secret}`])(
    'may be sent with what its file had around it, and so may that of the environment (%#)',
    async (given) => {
      expect((await post(least(newJobKey()), { 'X-TC-Portal-Webhook-Secret': given })).status).toBe(200);
      vi.stubEnv('TC_PORTAL_WEBHOOK_SECRET', `${given.replace(mark, '\ufeff')}\r\n`);
      expect((await post(least(newJobKey()))).status).toBe(200);
    },
  );

  it.each([
    [undefined, 'no secret was sent'],
    ['${TC_PORTAL_WEBHOOK_SECRET}', 'the name of the secret was sent instead of its value'],
    [secret.toUpperCase(), 'the sent secret differs only in upper and lower case'],
    [`"${secret}`, 'the sent secret has a quotation mark at its start or end'],
    ['wrong', 'the sent secret is another one'],
    [`tcp_${'x'.repeat(43)}`, 'the API key is unknown, revoked or expired'],
  ])('401: the log says why without the secret, the response does not (%#)', async (given, problem) => {
    const id = randomUUID();
    const headers: Headers = { 'X-Request-Id': id };
    if (given !== undefined) headers['X-TC-Portal-Webhook-Secret'] = given;
    const body = JSON.stringify(least(newJobKey()));
    const response = await jobReport.POST(request('/api/monitor/job-report', body, headers));
    expect([response.status, await response.json()]).toEqual([401, wrong]);
    const line = logged.find((text) => text.includes(id)) ?? '';
    expect(JSON.parse(line)).toMatchObject({ status: 401, problem });
    expect(line.toLowerCase()).not.toContain(secret);
  });

  it('is checked before the body', async () => {
    const answer = await post('not JSON', {
      'X-TC-Portal-Webhook-Secret': 'wrong',
      'Content-Length': '99999999',
    });
    expect(answer.status).toBe(401);
  });

  it('the previous one works only while it is being rotated', async () => {
    const headers = { 'X-TC-Portal-Webhook-Secret': previousSecret };
    expect((await post(least(newJobKey()), headers)).status).toBe(200);
    vi.stubEnv('TC_PORTAL_WEBHOOK_SECRET_PREVIOUS', '');
    expect((await post(least(newJobKey()), headers)).status).toBe(401);
  });

  it('500 if none is configured, whatever is sent', async () => {
    const { key } = await makeApiKey(otherTenantId, ['report']);
    vi.stubEnv('TC_PORTAL_WEBHOOK_SECRET', '');
    for (const given of ['', secret, previousSecret, key]) {
      const answer = await post(least(newJobKey()), { 'X-TC-Portal-Webhook-Secret': given });
      expect(answer.status).toBe(500);
      expect(answer.body).toEqual({ error: 'Server configuration error' });
    }
  });

  it('405 comes before 500, and 500 before 401', async () => {
    vi.stubEnv('TC_PORTAL_WEBHOOK_SECRET', '');
    expect((await jobReport.GET(request('/api/monitor/job-report', null, {}, 'GET'))).status).toBe(405);
  });
});

describe('an API key', () => {
  it('reports for its tenant, in either header', async () => {
    const { key } = await makeApiKey(otherTenantId, ['report']);
    const jobKey = newJobKey();
    const first = await post(least(jobKey), { 'X-TC-Portal-Webhook-Secret': key });
    expect(first.status).toBe(200);
    const body = JSON.stringify(least(newJobKey()));
    const second = await jobReport.POST(
      request('/api/monitor/job-report', body, { Authorization: `Bearer ${key}` }),
    );
    expect(second.status).toBe(200);
    expect((await statusOf(jobKey, otherTenantId))?.id).toBe(first.body.id);
    expect(await statusOf(jobKey, firstTenantId)).toBeUndefined();
  });

  it('two tenants may have a job with the same key', async () => {
    const { key } = await makeApiKey(otherTenantId, ['report']);
    const jobKey = newJobKey();
    const [first, other] = await Promise.all([
      post({ ...least(jobKey), title: 'Ours' }),
      post({ ...least(jobKey), title: 'Theirs', status: 'error' }, { 'X-TC-Portal-Webhook-Secret': key }),
    ]);
    expect(first.body.id).not.toBe(other.body.id);
    expect(await statusOf(jobKey, firstTenantId)).toMatchObject({ title: 'Ours', last_status: 'success' });
    expect(await statusOf(jobKey, otherTenantId)).toMatchObject({ title: 'Theirs', last_status: 'error' });
  });

  it('403 without the scope report', async () => {
    const { key } = await makeApiKey(otherTenantId, ['read']);
    const answer = await post(least(newJobKey()), { 'X-TC-Portal-Webhook-Secret': key });
    expect(answer.status).toBe(403);
    expect(answer.body).toEqual({ error: 'This API key needs the scope report' });
  });

  it('is refused from the moment it is revoked, even if it was used just before', async () => {
    const { key, id } = await makeApiKey(otherTenantId, ['report']);
    const headers = { 'X-TC-Portal-Webhook-Secret': key };
    expect((await post(least(newJobKey()), headers)).status).toBe(200);
    await sql`update public.api_keys set revoked_at = now() where id = ${id}`;
    const jobKey = newJobKey();
    const answer = await post(least(jobKey), headers);
    expect(answer.status).toBe(401);
    expect(answer.body).toEqual({ error: 'Invalid or missing webhook secret' });
    expect(await statusOf(jobKey, otherTenantId)).toBeUndefined();
  });

  it('is refused from the moment it expires', async () => {
    const { key, id } = await makeApiKey(otherTenantId, ['report']);
    const headers = { 'X-TC-Portal-Webhook-Secret': key };
    expect((await post(least(newJobKey()), headers)).status).toBe(200);
    await sql`update public.api_keys set expires_at = now() where id = ${id}`;
    expect((await post(least(newJobKey()), headers)).status).toBe(401);
  });

  it('shows when it was last used', async () => {
    const { key, id } = await makeApiKey(otherTenantId, ['report']);
    await post(least(newJobKey()), { 'X-TC-Portal-Webhook-Secret': key });
    const [row] = await sql`select last_used_at from public.api_keys where id = ${id}`;
    expect(row?.last_used_at).toBeInstanceOf(Date);
  });

  it('429 with Retry-After over the limit of one key; another key still works', async () => {
    vi.stubEnv('TC_PORTAL_REPORTS_PER_MINUTE', '5');
    const [busy, calm] = await Promise.all([
      makeApiKey(otherTenantId, ['report']),
      makeApiKey(otherTenantId, ['report']),
    ]);
    const send = (key: string) => post(least(newJobKey()), { 'X-TC-Portal-Webhook-Secret': key });
    const answers = [];
    for (let count = 0; count < 6; count += 1) answers.push(await send(busy.key));
    expect(answers.map((answer) => answer.status)).toEqual([200, 200, 200, 200, 200, 429]);
    expect(answers[5]?.body).toEqual({ error: 'Too many reports with this key: try again later' });
    expect(Number(answers[5]?.headers.get('retry-after'))).toBeGreaterThanOrEqual(1);
    expect(Number(answers[5]?.headers.get('retry-after'))).toBeLessThanOrEqual(12);
    expect((await send(calm.key)).status).toBe(200);
  });
});

describe('the size of a body', () => {
  const tooLarge = { error: 'Body must be at most 1 MiB (1048576 bytes)' };
  const sized = (jobKey: string, bytes: number): string => {
    const body = JSON.stringify({ ...least(jobKey), log: '' });
    return body.replace('"log":""', `"log":"${'x'.repeat(bytes - body.length)}"`);
  };

  it('can be exactly 1 MiB; the log keeps its head and tail [rule 6: log and redaction]', async () => {
    const jobKey = newJobKey();
    const body = sized(jobKey, 1_048_576);
    expect((await post(body)).status).toBe(200);
    const [run] = await runsOf(jobKey);
    const [log] =
      await sql`select length(head) as head, length(tail) as tail, cut_characters from public.run_logs where run_id = ${run?.id}`;
    expect(log?.head + log?.tail).toBe(65_536);
    expect(Number(log?.cut_characters)).toBeGreaterThan(900_000);
  });

  it('413 one byte over, and for 5 MB', async () => {
    for (const bytes of [1_048_577, 5_000_000]) {
      const answer = await post(sized(newJobKey(), bytes));
      expect(answer.status).toBe(413);
      expect(answer.body).toEqual(tooLarge);
    }
  });

  it('413 from the declared length, before the body is read', async () => {
    const body = new ReadableStream({
      pull() {
        throw new Error('It was read');
      },
    });
    const answer = await post(body, { 'Content-Length': '1048577' });
    expect(answer.status).toBe(413);
  });

  it('413 while reading a body of unknown length, and stops reading', async () => {
    let pulled = 0;
    const body = new ReadableStream({
      pull(controller) {
        pulled += 1;
        controller.enqueue(new Uint8Array(65_536).fill(0x20));
      },
    });
    const answer = await post(body);
    expect(answer.status).toBe(413);
    expect(answer.body).toEqual(tooLarge);
    expect(pulled).toBeLessThan(25);
  });

  it('reads a body whose chunks split characters', async () => {
    const jobKey = newJobKey();
    const bytes = new TextEncoder().encode(
      JSON.stringify({ ...least(jobKey), message: '処理が完了しました' }),
    );
    let at = 0;
    const body = new ReadableStream({
      pull(controller) {
        if (at >= bytes.length) controller.close();
        else controller.enqueue(bytes.slice(at, (at += 5)));
      },
    });
    expect((await post(body)).status).toBe(200);
    expect((await statusOf(jobKey))?.last_message).toBe('処理が完了しました');
  });
});

describe('the type of a body', () => {
  it.each([
    'text/plain',
    // What curl -d sends.
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
    'application/json; charset=nonsense',
    'nonsense',
    '',
  ])('does not matter: %j is read as JSON [contract: bodies]', async (type) => {
    expect((await post(least(newJobKey()), { 'Content-Type': type })).status).toBe(200);
  });
});

describe('the encoding of a body', () => {
  // A report with {"message":"処理①"}, with the Japanese in CP932.
  const cp932 = (jobKey: string): Uint8Array => {
    const [before, after] = JSON.stringify({ ...least(jobKey), message: '@' }).split('@') as [string, string];
    const text = new TextEncoder();
    return Uint8Array.of(...text.encode(before), 0x8f, 0x88, 0x97, 0x9d, 0x87, 0x40, ...text.encode(after));
  };

  it.each([
    ['declared', 'application/json; charset=Shift_JIS'],
    ['declared by its Windows name', 'application/json; charset=windows-31j'],
    ['not declared', 'application/json'],
    ['declared as UTF-8', 'application/json; charset=utf-8'],
  ])('CP932, %s, is stored as UTF-8 and the response says so', async (_what, contentType) => {
    const jobKey = newJobKey();
    const answer = await post(cp932(jobKey), { 'Content-Type': contentType });
    expect(answer.status).toBe(200);
    expect(answer.body).toEqual({
      success: true,
      id: expect.any(String),
      job_key: jobKey,
      decoded_from: 'shift_jis',
    });
    expect((await statusOf(jobKey))?.last_message).toBe('処理①');
  });

  it('a log from several programs is read line by line, and odd bytes cost only themselves', async () => {
    const jobKey = newJobKey();
    const [before, after] = JSON.stringify({ ...least(jobKey), message: '@' }).split('@') as [string, string];
    const parts = [
      before,
      encodeText('処理を開始しました', 'euc-jp'),
      '\\n',
      encodeText('予定表の保存に失敗', 'shift_jis'),
      '\\n',
      encodeText('完了しました', 'utf-8').slice(2),
      Uint8Array.of(0xff),
      after,
    ];
    const answer = await post(new Uint8Array(Buffer.concat(parts.map((part) => Buffer.from(part)))));
    expect(answer.status).toBe(200);
    expect(answer.body.decoded_from).toBe('utf-8, shift_jis, euc-jp');
    expect((await statusOf(jobKey))?.last_message).toBe(
      '処理を開始しました\n予定表の保存に失敗\n\ufffd了しました\ufffd',
    );
  });

  it('UTF-8 with a byte order mark is UTF-8', async () => {
    const jobKey = newJobKey();
    const body = Uint8Array.of(0xef, 0xbb, 0xbf, ...new TextEncoder().encode(JSON.stringify(least(jobKey))));
    const answer = await post(body);
    expect(answer.body).toEqual({ success: true, id: expect.any(String), job_key: jobKey });
  });

  it('NUL and lone surrogates, escaped or raw, are replaced, not refused', async () => {
    const jobKey = newJobKey();
    const json = JSON.stringify(least(jobKey)).replace(
      '}',
      ',"message":"a\\u0000b\0c\\ud800d","log":"\\udc00\\u0000"}',
    );
    expect((await post(json)).status).toBe(200);
    expect((await statusOf(jobKey))?.last_message).toBe('abc\ufffdd');
  });
});

describe('the same report again [rule 2: repeats]', () => {
  const same = async (first: unknown, second: unknown, headers: Headers = {}) => {
    const jobKey = newJobKey();
    const one = await post({ ...least(jobKey), ...(first as object) }, headers);
    const two = await post({ ...least(jobKey), ...(second as object) }, headers);
    expect([one.status, two.status]).toEqual([200, 200]);
    expect(two.body).toEqual({ ...one.body, repeated: true });
    return { jobKey, runs: await runsOf(jobKey) };
  };

  it('the same run_id with the same outcome changes nothing, even if its finish was measured anew', async () => {
    const { jobKey, runs } = await same(
      { run_id: 'r', message: 'first' },
      { run_id: 'r', message: 'second', finished_at: '2026-11-21T06:00:09Z' },
    );
    expect(runs).toHaveLength(1);
    expect(await statusOf(jobKey)).toMatchObject({ last_status: 'success', last_message: 'first' });
    const [stats] = await sql`
      select success_count, failed_count from public.run_stats_daily s join public.jobs j on j.id = s.job_id
      where j.job_key = ${jobKey}`;
    expect(stats).toEqual({ success_count: 1, failed_count: 0 });
  });

  it.each([
    ['run_id', { run_id: 'r' }, {}],
    ['Idempotency-Key', {}, { 'Idempotency-Key': 'r' }],
  ])(
    'the same %s with another outcome is the next attempt of that run, and a late repeat of any of them is none',
    async (_what, fields, headers) => {
      const jobKey = newJobKey();
      const outcomes = [
        ['success', '06'],
        ['error', '07'],
        ['success', '08'],
      ] as const;
      const report = ([status, hour]: (typeof outcomes)[number]) =>
        post(
          { ...least(jobKey), ...fields, status, message: hour, finished_at: `2026-11-21T${hour}:00:00Z` },
          headers,
        );
      for (const outcome of outcomes) {
        expect((await report(outcome)).status).toBe(200);
        expect(await statusOf(jobKey)).toMatchObject({ last_status: outcome[0], last_message: outcome[1] });
      }
      for (const outcome of outcomes) await report(outcome);
      const runs = await runsOf(jobKey);
      expect(runs.map((run) => [run.report_attempt, run.state, run.message])).toEqual([
        [1, 'success', '06'],
        [2, 'failed', '07'],
        [3, 'success', '08'],
      ]);
      expect(runs.map((run) => run.origin_run_id)).toEqual([null, runs[0]?.id, runs[0]?.id]);
      expect((await statusOf(jobKey))?.last_message).toBe('08');
    },
  );

  it('a restarted workflow is in progress again from its start, and both failures count', async () => {
    const jobKey = newJobKey();
    const startAt = (minute: number) =>
      start({ job_key: jobKey, title: 'T', run_id: 'r', started_at: `2026-11-21T06:0${minute}:00Z` });
    const failAt = (minute: number) =>
      post({
        ...least(jobKey),
        run_id: 'r',
        status: 'error',
        finished_at: `2026-11-21T06:0${minute}:00Z`,
      });
    await startAt(0);
    await failAt(1);
    await startAt(5);
    expect((await runsOf(jobKey)).map(({ state }) => state)).toEqual(['failed', 'running']);
    await failAt(7);
    await startAt(5);
    const runs = await runsOf(jobKey);
    expect(runs.map((run) => [run.state, run.duration_ms])).toEqual([
      ['failed', '60000'],
      ['failed', '120000'],
    ]);
  });

  it('the same Idempotency-Key again changes nothing and gets the first response', async () => {
    const { runs } = await same({}, { message: 'other' }, { 'Idempotency-Key': 'i-1' });
    expect(runs).toHaveLength(1);
  });

  it('an identical body within 24 hours is the same report', async () => {
    const { runs } = await same({ message: 'm' }, { message: 'm' });
    expect(runs).toHaveLength(1);
  });

  it('an identical body after 24 hours is a new one', async () => {
    const jobKey = newJobKey();
    await post(least(jobKey));
    await sql`
      update public.runs set received_at = now() - interval '24 hours 1 second'
      where job_id = (select id from public.jobs where job_key = ${jobKey})`;
    await post(least(jobKey));
    expect(await runsOf(jobKey)).toHaveLength(2);
  });

  it('another outcome, another finish or another run_id is another report', async () => {
    const jobKey = newJobKey();
    await post(least(jobKey));
    await post({ ...least(jobKey), status: 'error' });
    await post({ ...least(jobKey), finished_at: '2026-11-21T06:00:00.000001Z' });
    await post({ ...least(jobKey), run_id: 'r' });
    expect(await runsOf(jobKey)).toHaveLength(4);
  });

  it('fifty times at once is one run, and every sender gets the same response', async () => {
    const jobKey = newJobKey();
    const answers = await Promise.all(
      Array.from({ length: 50 }, () => post({ ...least(jobKey), run_id: 'r' })),
    );
    expect(new Set(answers.map(({ body }) => body.id)).size).toBe(1);
    expect(answers.every((answer) => answer.status === 200)).toBe(true);
    expect(answers.filter(({ body }) => body.repeated !== true)).toHaveLength(1);
    expect(await runsOf(jobKey)).toHaveLength(1);
  });
});

describe('[rule 3: any order]', () => {
  const at = (minute: number) => `2026-11-21T06:${String(minute).padStart(2, '0')}:00Z`;

  it('an older report after a newer one is only in the history', async () => {
    const jobKey = newJobKey();
    await post({ ...least(jobKey), finished_at: at(5), message: 'newer' });
    await post({
      ...least(jobKey),
      finished_at: at(1),
      message: 'older',
      status: 'error',
      title: 'Old title',
    });
    expect(await statusOf(jobKey)).toMatchObject({
      last_status: 'success',
      last_message: 'newer',
      title: 'Title',
    });
    expect(await runsOf(jobKey)).toHaveLength(2);
  });

  it('in any order at once: the status shows the newest by finished_at', async () => {
    const jobKey = newJobKey();
    const minutes = [3, 0, 9, 1, 8, 2, 7, 4, 6, 5];
    await Promise.all(
      minutes.map((minute) => post({ ...least(jobKey), finished_at: at(minute), message: String(minute) })),
    );
    expect((await statusOf(jobKey))?.last_message).toBe('9');
    expect(await runsOf(jobKey)).toHaveLength(10);
  });

  it('a start, then its finish, is one run with both times', async () => {
    const jobKey = newJobKey();
    const started = await start({
      job_key: jobKey,
      title: 'Title',
      run_id: 'r',
      started_at: at(0),
      host: 'ws-01',
    });
    expect(started.status).toBe(200);
    expect(started.body).toEqual({ success: true, job_key: jobKey, run_id: 'r' });
    expect((await runsOf(jobKey))[0]).toMatchObject({ state: 'running', finished_at: null });
    expect(await statusOf(jobKey)).toBeUndefined();
    await post({ ...least(jobKey), finished_at: at(2), run_id: 'r' });
    const runs = await runsOf(jobKey);
    expect(runs).toHaveLength(1);
    expect(runs[0]).toMatchObject({ state: 'success', duration_ms: '120000', host: 'ws-01' });
  });

  it('a start after its own finish never reopens the run', async () => {
    const jobKey = newJobKey();
    await post({ ...least(jobKey), finished_at: at(2), run_id: 'r' });
    await start({ job_key: jobKey, title: 'Title', run_id: 'r', started_at: at(0) });
    await start({ job_key: jobKey, title: 'Title', run_id: 'r', started_at: at(1) });
    const runs = await runsOf(jobKey);
    expect(runs).toHaveLength(1);
    expect(runs[0]).toMatchObject({ state: 'success', duration_ms: '120000' });
    expect((await statusOf(jobKey))?.last_status).toBe('success');
  });

  it('a start and its finish in one batch are one finished run', async () => {
    const jobKey = newJobKey();
    const [started, finished] = await Promise.all([
      start({ job_key: jobKey, title: 'Title', run_id: 'r', started_at: at(0) }),
      post({ ...least(jobKey), finished_at: at(2), run_id: 'r' }),
    ]);
    expect([started.status, finished.status]).toEqual([200, 200]);
    const runs = await runsOf(jobKey);
    expect(runs).toHaveLength(1);
    expect(runs[0]).toMatchObject({ state: 'success', duration_ms: '120000' });
  });

  it('monitors each of two concurrent runs of a job [rule 4: concurrent runs]', async () => {
    const jobKey = newJobKey();
    await start({ job_key: jobKey, title: 'Title', run_id: 'a', started_at: at(0) });
    await start({ job_key: jobKey, title: 'Title', run_id: 'b', started_at: at(1) });
    await post({ ...least(jobKey), finished_at: at(2), run_id: 'b' });
    expect((await runsOf(jobKey)).map((run) => [run.report_key, run.state])).toEqual([
      ['run:a', 'running'],
      ['run:b', 'success'],
    ]);
  });
});

describe('a wrong clock [rule 5: wrong clocks]', () => {
  const ahead = (minutes: number) => new Date(Date.now() + minutes * 60_000).toISOString();

  it('more than five minutes ahead is stored unchanged, marked, and hides no later report', async () => {
    const jobKey = newJobKey();
    const finishedAt = ahead(60);
    await post({ ...least(jobKey), finished_at: finishedAt, message: 'ahead' });
    await post({ ...least(jobKey), finished_at: ahead(0), status: 'error', message: 'right' });
    const runs = await runsOf(jobKey);
    expect(runs.map((run) => [run.message, run.is_clock_wrong])).toEqual([
      ['ahead', true],
      ['right', false],
    ]);
    expect(runs[0]?.finished_at.toISOString()).toBe(finishedAt);
    expect(await statusOf(jobKey)).toMatchObject({ last_status: 'error', last_message: 'right' });
  });

  it('less than five minutes ahead counts as right', async () => {
    const jobKey = newJobKey();
    const finishedAt = ahead(4);
    await post({ ...least(jobKey), finished_at: finishedAt });
    const [run] = await runsOf(jobKey);
    expect([run?.is_clock_wrong, run?.ordered_at.toISOString()]).toEqual([false, finishedAt]);
  });
});

describe('a run of ten years that ended in the year 1', () => {
  it('is recorded, with a start in the year 1', async () => {
    const jobKey = newJobKey();
    const tenYearsMs = 10 * 365 * 86_400_000;
    const answer = await post({
      ...least(jobKey),
      finished_at: '0001-01-02T00:00:00Z',
      duration_ms: tenYearsMs,
    });
    expect(answer.status).toBe(200);
    const [run] = await runsOf(jobKey);
    expect([await yearOf('started_at', jobKey), run?.duration_ms]).toEqual([1, String(tenYearsMs)]);
  });
});

describe('reports of one job in one batch', () => {
  it('name the job, its tool and its expectation as they do one after the other', async () => {
    const jobKey = newJobKey();
    const toolId = await makeTool(firstTenantId);
    await post({ ...least(jobKey), finished_at: '2026-11-21T05:00:00Z' });
    await Promise.all([
      post({
        ...least(jobKey),
        title: 'Older',
        tool_id: toolId,
        schedule: { type: 'interval', seconds: 60 },
      }),
      post({ ...least(jobKey), title: 'Newest', tool_id: randomUUID(), finished_at: '2026-11-21T08:00:00Z' }),
      post({
        ...least(jobKey),
        title: 'Late',
        finished_at: '2026-11-21T07:00:00Z',
        schedule: { type: 'interval', seconds: 90 },
      }),
    ]);
    const [job] = await sql`select * from public.jobs where job_key = ${jobKey}`;
    expect(job).toMatchObject({ title: 'Newest', tool_id: toolId, expected_interval_seconds: 60 });
  });
});

describe('a measured clock [rule 40: measured clocks]', () => {
  const from = (minutes: number) => new Date(Date.now() + minutes * 60_000).toISOString();

  it.each([
    ['ahead', 180],
    ['behind', -300_000],
  ])('that is %s is corrected for the order, and its times are stored as given', async (_what, skew) => {
    const jobKey = newJobKey();
    await post({ ...least(jobKey), finished_at: from(-30), message: 'half an hour ago' });
    const finishedAt = from(skew - 10);
    await post({ ...least(jobKey), finished_at: finishedAt, sent_at: from(skew), message: '10 minutes ago' });
    await post({ ...least(jobKey), finished_at: from(-20), message: '20 minutes ago' });
    const runs = await runsOf(jobKey);
    expect(runs.map((run) => [run.message, run.is_clock_wrong])).toEqual([
      ['half an hour ago', false],
      ['20 minutes ago', false],
      ['10 minutes ago', true],
    ]);
    expect(runs[2]?.finished_at.toISOString()).toBe(finishedAt);
    expect(Math.round(Number(runs[2]?.clock_ahead_ms) / 60_000)).toBe(skew);
    expect((await statusOf(jobKey))?.last_message).toBe('10 minutes ago');
  });

  it('within a minute is right, because a report needs time on its way', async () => {
    const jobKey = newJobKey();
    const finishedAt = from(-5);
    await post({ ...least(jobKey), finished_at: finishedAt, sent_at: from(-0.5) });
    const [run] = await runsOf(jobKey);
    expect([run?.is_clock_wrong, run?.ordered_at.toISOString()]).toEqual([false, finishedAt]);
  });

  it.each([
    [1, '0001-01-01T00:00:00Z', '9999-12-31T00:00:00Z'],
    [new Date().getUTCFullYear(), '9999-12-31T00:00:00Z', '0001-01-01T00:00:00Z'],
  ])('that is nonsense puts the run into the year %i', async (year, finished_at, sent_at) => {
    const jobKey = newJobKey();
    expect((await post({ ...least(jobKey), finished_at, sent_at })).status).toBe(200);
    expect(await yearOf('ordered_at', jobKey)).toBe(year);
  });
});

describe('a failure that arrives behind a newer success [rule 39: the outcome goes through]', () => {
  const lateOf = async (jobKey: string) =>
    (
      await sql`
      select shown_state, r.message, r.host from public.job_status s left join public.runs r on r.id = s.late_failure_run_id
      where s.job_key = ${jobKey}`
    )[0];
  const success = (jobKey: string, fields: object = {}) =>
    post({ ...least(jobKey), finished_at: new Date().toISOString(), host: 'a', ...fields });
  const failure = (jobKey: string, fields: object = {}) =>
    post({
      ...least(jobKey),
      status: 'error',
      finished_at: '2020-01-01T00:00:00Z',
      host: 'a',
      message: 'late',
      ...fields,
    });

  it('is shown, although the clock of its host fell back to 2020 and the newest outcome is a success', async () => {
    const jobKey = newJobKey();
    await success(jobKey);
    await failure(jobKey);
    expect(await statusOf(jobKey)).toMatchObject({ last_status: 'success' });
    expect(await lateOf(jobKey)).toEqual({ shown_state: 'late', message: 'late', host: 'a' });
  });

  it('is shown if both arrive in one batch', async () => {
    const jobKey = newJobKey();
    await Promise.all([success(jobKey), failure(jobKey)]);
    expect(await lateOf(jobKey)).toMatchObject({ shown_state: 'late' });
  });

  it('stays until its host reports a success that is not older, not that of another host', async () => {
    const jobKey = newJobKey();
    await success(jobKey);
    await failure(jobKey);
    await success(jobKey, { host: 'b' });
    await success(jobKey, { host: null });
    await success(jobKey, { finished_at: '2019-12-31T00:00:00Z' });
    expect(await lateOf(jobKey)).toMatchObject({ shown_state: 'late' });
    await success(jobKey, { finished_at: '2020-01-01T01:00:00Z' });
    expect(await lateOf(jobKey)).toMatchObject({ shown_state: 'success', message: null });
  });

  it('of one host does not hide that of another', async () => {
    const jobKey = newJobKey();
    await success(jobKey);
    await failure(jobKey);
    await failure(jobKey, { host: 'b', finished_at: '2021-01-01T00:00:00Z' });
    await success(jobKey, { host: 'b' });
    expect(await lateOf(jobKey)).toEqual({ shown_state: 'late', message: 'late', host: 'a' });
  });

  it('is explained by a later success of its host that had arrived before, if both clocks were measured', async () => {
    const measured = () => ({ sent_at: new Date().toISOString() });
    const jobKey = newJobKey();
    await success(jobKey, measured());
    await failure(jobKey, measured());
    expect(await lateOf(jobKey)).toMatchObject({ shown_state: 'success' });
    await failure(jobKey, { ...measured(), host: 'b', finished_at: '2021-01-01T00:00:00Z' });
    expect(await lateOf(jobKey)).toEqual({ shown_state: 'late', message: 'late', host: 'b' });
  });

  it('is not needed while the newest outcome is a failure', async () => {
    const jobKey = newJobKey();
    await failure(jobKey, { finished_at: '2026-11-21T06:00:00Z' });
    await failure(jobKey);
    expect(await lateOf(jobKey)).toMatchObject({ shown_state: 'error', message: null });
  });
});

describe('a stored report [rule 6: log and redaction]', () => {
  it('contains no secret in its message or log', async () => {
    const jobKey = newJobKey();
    const { key } = await makeApiKey(firstTenantId, ['report']);
    const text = `secret ${secret}, before ${previousSecret}, key ${key}, postgres://u:hunter2@db/x`;
    await post({ ...least(jobKey), message: text, log: `${text}\nAuthorization: Bearer abcdefghijklmnop` });
    const [run] = await runsOf(jobKey);
    const [log] = await sql`select head from public.run_logs where run_id = ${run?.id}`;
    const stored = `${run?.message} ${log?.head} ${(await statusOf(jobKey))?.last_message}`;
    for (const hidden of [secret, previousSecret, key, 'hunter2', 'abcdefghijklmnop']) {
      expect(stored).not.toContain(hidden);
    }
    expect(run?.message).toBe(
      'secret [redacted], before [redacted], key tcp_[redacted], postgres://u:[redacted]@db/x',
    );
  });

  it('a message that is too long is clipped with a mark', async () => {
    const jobKey = newJobKey();
    expect((await post({ ...least(jobKey), message: 'あ'.repeat(20_000) })).status).toBe(200);
    expect((await statusOf(jobKey))?.last_message).toMatch(/^あ+\n\[… \d+ characters cut …\]\nあ+$/);
  });
});

describe('the request id and the log', () => {
  it('a harmless id is kept, any other is replaced', async () => {
    const given = randomUUID();
    expect((await post(least(newJobKey()), { 'X-Request-Id': given })).headers.get('x-request-id')).toBe(
      given,
    );
    for (const hostile of ['short', 'a b c d e f g h', 'x'.repeat(200), '{"a":"bcdefgh"}']) {
      const own = (await post(least(newJobKey()), { 'X-Request-Id': hostile })).headers.get('x-request-id');
      expect(own).toMatch(/^[\da-f-]{36}$/);
    }
  });

  it('one line per request, with its id and without the secret or the body', async () => {
    const requestId = randomUUID();
    const jobKey = newJobKey();
    await post({ ...least(jobKey), message: 'private words' }, { 'X-Request-Id': requestId });
    const lines = logged.filter((line) => line.includes(requestId));
    expect(lines).toHaveLength(1);
    expect(JSON.parse(lines[0]!)).toMatchObject({
      level: 'info',
      event: 'request',
      request_id: requestId,
      method: 'POST',
      path: '/api/monitor/job-report',
      status: 200,
      actor: 'webhook_secret',
      is_new: true,
    });
    expect(lines[0]).not.toContain('private words');
    expect(lines[0]).not.toContain(jobKey);
    expect(logged.join('')).not.toContain(secret);
  });
});

describe('a refused report in the log [rule 39: the outcome goes through]', () => {
  const lineOf = async (body: unknown, headers: Headers = {}) => {
    const requestId = randomUUID();
    const { status } = await post(body, { 'X-Request-Id': requestId, ...headers });
    expect(status).toBeGreaterThanOrEqual(400);
    const lines = logged.filter((line) => line.includes(requestId));
    expect(lines).toHaveLength(1);
    expect(lines[0]).not.toContain(secret);
    expect(lines[0]).not.toContain('private words');
    return JSON.parse(lines[0]!) as Record<string, unknown>;
  };

  it.each([
    ['a missing field', { job_key: 'nightly', message: 'private words' }, 'title is required'],
    [
      'a key with a secret in it, and a status that we do not know',
      { job_key: `nightly ${secret}`, title: 'private words', status: 'ok' },
      "status must be 'success' or 'error'",
    ],
    ['a body that is not JSON', '{"job_key": "nightly", "message": "private words', 'Invalid JSON body'],
    ['a raw line break in a string', '{"job_key":"nightly","message":"private\nwords"}', 'Invalid JSON body'],
  ])('has the key of its job and the sentence: %s', async (_what, body, refusal) => {
    const line = await lineOf(body);
    expect(line).toMatchObject({ level: 'warn', status: 400, refusal });
    expect(line.job_key).toMatch(/^nightly( \[redacted\])?$/);
  });

  it('has the sentence if the secret is wrong, and no key, because nothing was read', async () => {
    const line = await lineOf(
      { job_key: 'nightly' },
      { 'X-TC-Portal-Webhook-Secret': 'private words of a stranger' },
    );
    expect(line).toMatchObject({ status: 401, refusal: 'Invalid or missing webhook secret' });
    expect(line).not.toHaveProperty('job_key');
  });

  it('clips a key of any length', async () => {
    expect((await lineOf({ job_key: 'k'.repeat(100_000) })).job_key).toBe('k'.repeat(200));
  });
});

describe('a job that is deleted during its report [rule 42: nobody stops others]', () => {
  it('loses no report, neither its own nor others in its batch', async () => {
    const keys = Array.from({ length: 5 }, newJobKey);
    const statuses: number[] = [];
    for (let round = 0; round < 40; round++) {
      const answers = keys.map((key) => post(least(key)));
      const deletions = keys.map((key) => sql`delete from public.jobs where job_key = ${key}`);
      statuses.push(...(await Promise.all(answers)).map(({ status }) => status));
      await Promise.all(deletions);
    }
    expect([...new Set(statuses)]).toEqual([200]);
  });
});
