import { randomBytes, randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import * as badge from '#app/api/badge/route.ts';
import * as internalScheduler from '#app/api/internal/scheduler/route.ts';
import * as backgroundJobCancel from '#app/api/jobs/[id]/cancel/route.ts';
import * as backgroundJob from '#app/api/jobs/[id]/route.ts';
import * as backgroundJobs from '#app/api/jobs/route.ts';
import * as jobReport from '#app/api/monitor/job-report/route.ts';
import * as jobReports from '#app/api/monitor/job-reports/route.ts';
import * as jobStart from '#app/api/monitor/job-start/route.ts';
import * as metrics from '#app/api/metrics/route.ts';
import * as pluginProgress from '#app/api/plugin-runs/[runId]/progress/route.ts';
import * as pluginResult from '#app/api/plugin-runs/[runId]/result/route.ts';
import * as pluginRun from '#app/api/plugins/[id]/run/route.ts';
import * as pluginRunDetail from '#app/api/plugins/[id]/runs/[runId]/route.ts';
import * as pluginRuns from '#app/api/plugins/[id]/runs/route.ts';
import * as schedulerEnabled from '#app/api/scheduler/enabled/route.ts';
import * as schedulerJobEnabled from '#app/api/scheduler/jobs/[id]/enabled/route.ts';
import * as schedulerJobExecutions from '#app/api/scheduler/jobs/[id]/executions/route.ts';
import * as schedulerJob from '#app/api/scheduler/jobs/[id]/route.ts';
import * as schedulerJobRun from '#app/api/scheduler/jobs/[id]/run/route.ts';
import * as schedulerJobs from '#app/api/scheduler/jobs/route.ts';
import * as schedulerStatus from '#app/api/scheduler/status/route.ts';
import { hashSecret } from '#auth/hash-secret.ts';
import { formatApiKey } from '#domain/api-key.ts';
import { reportPluginProgress, reportPluginResult } from '#features/execution/operations.ts';
import { reportJob, reportJobStart } from '#features/reports/operations.ts';
import type { Operation } from '#http/operation.ts';
import { answerProblem, operations } from '#testing/api/description.ts';
import { makeApiKey } from '#testing/api-keys/make-api-key.ts';
import { sql } from '#testing/database/clients.ts';
import type { Columns } from '#testing/database/insert-row.ts';
import { ownSupabase } from '#testing/database/own-supabase.ts';
import { makeJob, ofPlugin } from '#testing/jobs/make-job.ts';
import { makePlugin } from '#testing/plugins/make-plugin.ts';
import { forgetRuns } from '#testing/runs/forget-runs.ts';
import { reportBody } from '#testing/reports/send-report.ts';
import { makeRun } from '#testing/runs/make-run.ts';
import { makeSchedule } from '#testing/schedules/make-schedule.ts';
import { makeTenant, type TestTenant } from '#testing/tenants/make-tenant.ts';
import { readSessionCookies, type SessionCookie } from '#testing/tenants/session-cookies.ts';

// The cookies of the signed-in user; the rest of a request is in its Request.
const session = vi.hoisted(() => ({ cookies: [] as SessionCookie[] }));
vi.mock('next/headers', () => ({
  cookies: async () => ({ getAll: () => session.cookies, set: () => {} }),
  headers: async () => new Headers(),
}));

type Caller =
  'nobody' | 'staff' | 'admin' | 'report key' | 'read key' | 'admin key' | 'other admin' | 'other key';
const callers: Caller[] = [
  'nobody',
  'staff',
  'admin',
  'report key',
  'read key',
  'admin key',
  'other admin',
  'other key',
];

interface Company {
  tenant: TestTenant;
  pluginId: string;
  jobId: string;
  keys: Record<'report' | 'read' | 'admin', string>;
  adminKeyId: string;
}

const manifest = {
  id: 'demo',
  name: 'Demo',
  version: '1.0.0',
  kind: 'built_in',
  jobs: [{ name: 'sync', handler: 'sync', title: { ja: '同期', en: 'Sync' }, description: '毎分の同期' }],
};

async function makeCompany(): Promise<Company> {
  const tenant = await makeTenant();
  const pluginId = await makePlugin(tenant.id, { manifest });
  const jobId = await makeJob(tenant.id, {
    job_key: 'demo/sync',
    title: 'Sync',
    ...ofPlugin(pluginId),
  });
  await makeSchedule(tenant.id, jobId, {
    cron_expression: '0 6 * * *',
    time_zone: 'Asia/Tokyo',
    next_nominal_at: '2040-01-01T21:00:00Z',
    next_due_at: '2040-01-01T21:00:00Z',
  });
  const [report, read, admin] = await Promise.all(
    ['report', 'read', 'admin'].map((scope) => makeApiKey(tenant.id, [scope])),
  );
  return {
    tenant,
    pluginId,
    jobId,
    keys: { report: report!.key, read: read!.key, admin: admin!.key },
    adminKeyId: admin!.id,
  };
}

let mine: Company;
let other: Company;
let cookies: Record<'staff' | 'admin' | 'other admin', SessionCookie[]>;
const cronSecret = `cron-${randomUUID()}`;

type Handlers = Record<
  string,
  {
    (request: Request, context: { params: Promise<Record<string, string>> }): Promise<Response>;
    operations: readonly Operation[];
  }
>;

interface Call {
  handlers: unknown;
  method?: 'GET' | 'POST' | 'PUT';
  params?: Record<string, string>;
  query?: string;
  body?: unknown;
  headers?: Record<string, string>;
}

async function call(
  caller: Caller,
  { handlers, method = 'GET', params = {}, query = '', body, headers = {} }: Call,
) {
  const key = {
    'report key': mine.keys.report,
    'read key': mine.keys.read,
    'admin key': mine.keys.admin,
    'other key': other.keys.admin,
  }[caller as string];
  session.cookies = caller in cookies ? cookies[caller as 'admin'] : [];
  const request = new Request(`http://portal.test/${query}`, {
    method,
    headers: { host: 'portal.test', ...(key && { Authorization: `Bearer ${key}` }), ...headers },
    ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  const handler = (handlers as Handlers)[method]!;
  const response = await handler(request, { params: Promise.resolve(params) });
  const text = await response.text();
  const isJson = response.headers.get('content-type')?.startsWith('application/json');
  const { status, headers: answered } = response;

  const parsed = isJson ? JSON.parse(text) : {};
  const operation = handler.operations.find((one) => one.method === method)!;
  expect(answerProblem(operation, { status, headers: answered, body: parsed })).toBeNull();
  return { status, headers: answered, text, body: parsed };
}

/** Creates a pending run that names the staff member as its starter. */
const newRun = (columns: Columns<'runs'> = {}) =>
  makeRun(mine.tenant.id, mine.jobId, {
    trigger: 'manual',
    state: 'pending',
    requested_by: mine.tenant.staff.id,
    ...columns,
  });

beforeAll(async () => {
  vi.spyOn(process.stdout, 'write').mockReturnValue(true);
  vi.stubEnv('CRON_SECRET', cronSecret);
  vi.stubEnv('TC_PORTAL_WEBHOOK_SECRET', randomUUID());
  [mine, other] = await Promise.all([makeCompany(), makeCompany()]);
  const [staff, admin, otherAdmin] = await Promise.all(
    [mine.tenant.staff, mine.tenant.admin, other.tenant.admin].map((person) =>
      readSessionCookies(ownSupabase, person),
    ),
  );
  cookies = { staff: staff!, admin: admin!, 'other admin': otherAdmin! };
});

afterEach(async () => {
  for (const table of ['runs', 'run_stats_daily', 'job_status']) {
    await sql`delete from public.${sql(table)} where tenant_id in (${mine.tenant.id}, ${other.tenant.id})`;
  }
  await sql`
    update public.jobs set latest_run_id = null, latest_ordered_at = null
    where tenant_id in (${mine.tenant.id}, ${other.tenant.id})`;
});

type Expected = Record<Caller, number>;
const readable: Expected = {
  nobody: 401,
  staff: 200,
  admin: 200,
  'report key': 403,
  'read key': 200,
  'admin key': 200,
  'other admin': 404,
  'other key': 404,
};
const own: Expected = { ...readable, 'other admin': 200, 'other key': 200 };
const forAdmins = (status: number): Expected => ({
  ...readable,
  staff: 403,
  'read key': 403,
  admin: status,
  'admin key': status,
});

/** Staff may start only the jobs that admins let them run. */
const startable = forAdmins(202);

/** Users on our own pages; keys open no pages. */
const forPeople: Expected = {
  ...own,
  'report key': 401,
  'read key': 401,
  'admin key': 401,
  'other key': 401,
};

/** Not even for an admin: these routes have their own secret. */
const forNobody: Expected = {
  nobody: 401,
  staff: 401,
  admin: 401,
  'report key': 401,
  'read key': 401,
  'admin key': 401,
  'other admin': 401,
  'other key': 401,
};

const routes: [name: string, Expected, (runId: string) => Call][] = [
  [
    'POST /api/plugins/:id/run',
    startable,
    () => ({ handlers: pluginRun, method: 'POST', params: { id: mine.pluginId }, body: { jobName: 'sync' } }),
  ],
  ['GET /api/plugins/:id/runs', readable, () => ({ handlers: pluginRuns, params: { id: mine.pluginId } })],
  [
    'GET /api/plugins/:id/runs/:runId',
    readable,
    (runId) => ({ handlers: pluginRunDetail, params: { id: mine.pluginId, runId } }),
  ],
  ['GET /api/scheduler/status', own, () => ({ handlers: schedulerStatus })],
  ['GET /api/scheduler/jobs', own, () => ({ handlers: schedulerJobs })],
  ['GET /api/scheduler/jobs/:id', readable, () => ({ handlers: schedulerJob, params: { id: mine.jobId } })],
  [
    'PUT /api/scheduler/jobs/:id/enabled',
    forAdmins(200),
    () => ({
      handlers: schedulerJobEnabled,
      method: 'PUT',
      params: { id: mine.jobId },
      body: { enabled: true },
    }),
  ],
  [
    'POST /api/scheduler/jobs/:id/run',
    startable,
    () => ({ handlers: schedulerJobRun, method: 'POST', params: { id: mine.jobId } }),
  ],
  [
    'GET /api/scheduler/jobs/:id/executions',
    readable,
    () => ({ handlers: schedulerJobExecutions, params: { id: mine.jobId } }),
  ],
  [
    'PUT /api/scheduler/enabled',
    { ...forAdmins(200), 'other admin': 200, 'other key': 200 },
    () => ({ handlers: schedulerEnabled, method: 'PUT', body: { enabled: true } }),
  ],
  ['GET /api/jobs', own, () => ({ handlers: backgroundJobs })],
  ['GET /api/jobs/:id', readable, (id) => ({ handlers: backgroundJob, params: { id } })],
  [
    'POST /api/jobs/:id/cancel',
    { ...readable, 'read key': 403 },
    (id) => ({ handlers: backgroundJobCancel, method: 'POST', params: { id } }),
  ],
  ['GET /api/metrics', own, () => ({ handlers: metrics })],
  ['GET /api/badge', forPeople, () => ({ handlers: badge })],
  ['GET /api/internal/scheduler', forNobody, () => ({ handlers: internalScheduler })],
  [
    'POST /api/plugin-runs/:runId/progress',
    forNobody,
    (runId) => ({ handlers: pluginProgress, method: 'POST', params: { runId }, body: { done: 1 } }),
  ],
  [
    'POST /api/plugin-runs/:runId/result',
    forNobody,
    (runId) => ({ handlers: pluginResult, method: 'POST', params: { runId }, body: { outcome: 'success' } }),
  ],
];

describe('[contract: who may ask]', () => {
  for (const [name, expected, make] of routes) {
    it.each(callers)(`${name} answers %s`, async (caller) => {
      const answer = await call(caller, make(await newRun()));
      expect([caller, answer.status, answer.text]).toEqual([caller, expected[caller], answer.text]);
      expect(answer.headers.get('cache-control')).toBe('no-store');
      expect(answer.headers.get('x-request-id')).toBeTruthy();
      if (answer.status >= 400) expect(answer.body).toEqual({ error: expect.any(String) });
    });

    it(`${name} refuses another method with Allow`, async () => {
      const { handlers, params } = make(randomUUID());
      const request = new Request('http://portal.test/', { method: 'DELETE' });
      const response = await (handlers as Handlers).DELETE!(request, {
        params: Promise.resolve(params ?? {}),
      });
      expect(response.status).toBe(405);
      expect(response.headers.get('allow')).toContain(name.split(' ')[0]);
    });
  }

  it.each(routes)(
    '%s refuses an unknown parameter, but only after it has authenticated the caller',
    async (...route) => {
      const [, expected, make] = route;
      const query = '?stauts=failed';
      expect((await call('nobody', { ...make(await newRun()), query })).status).toBe(401);
      if (expected === forNobody) return;
      expect(await call('admin', { ...make(await newRun()), query })).toMatchObject({
        status: 400,
        body: {
          error: 'Invalid query',
          details: [{ field: 'stauts', problem: 'is not a known parameter' }],
        },
      });
    },
  );

  it.each(
    operations
      .filter(({ access, body }) => access === 'admin' && body)
      .map(({ method, path }) => `${method} ${path}`),
  )('%s says on which line its body is not JSON [contract: every answer]', async (name) => {
    const [, , make] = routes.find(([route]) => route === name)!;
    const broken = '{\n"a": "one\ntwo"\n}';
    expect(await call('admin', { ...make(await newRun()), body: broken })).toMatchObject({
      status: 400,
      body: {
        error: 'Invalid JSON body',
        details: [{ field: 'body', problem: 'line 2: a raw line break inside a string' }],
      },
    });
  });

  describe('a key with the scope read, compared with staff [rule 33: roles]', () => {
    const reads = routes.filter(([name, expected]) => name.startsWith('GET') && expected['read key'] === 200);
    const asked = async (caller: Caller, runId: string) =>
      Object.fromEntries(
        await Promise.all(
          reads.map(async ([name, , make]) => [name, await call(caller, make(runId))] as const),
        ),
      );
    const fieldsOf = (value: unknown, path = ''): string[] =>
      typeof value !== 'object' || value === null
        ? [path]
        : Object.entries(value).flatMap(([name, inner]) =>
            fieldsOf(inner, `${path}/${Array.isArray(value) ? '' : name}`),
          );

    it('gets the same fields from every operation', async () => {
      const runId = await newRun({ state: 'running', started_at: new Date(), payload: null });
      const [staff, key] = [await asked('staff', runId), await asked('read key', runId)];
      for (const [name] of reads) {
        expect([name, key[name]!.status, new Set(fieldsOf(key[name]!.body))]).toEqual([
          name,
          staff[name]!.status,
          new Set(fieldsOf(staff[name]!.body)),
        ]);
      }
    });

    it('does not see the input, the result and the stack of a run that somebody else started', async () => {
      const data = { said: 'not for everybody' };
      const runId = await newRun({
        state: 'failed',
        finished_at: new Date(),
        requested_by: mine.tenant.admin.id,
        payload: data,
        result: data,
        progress: { done: 1, total: null, note: data.said },
        error: { name: 'Error', message: 'boom' },
      });
      await sql`insert into public.run_error_stacks (run_id, tenant_id, stack) values (${runId}, ${mine.tenant.id}, ${data.said})`;
      const namesWith = async (caller: Caller) =>
        Object.entries(await asked(caller, runId))
          .filter(([, { text }]) => text.includes(data.said))
          .map(([name]) => name);
      const seen = ['GET /api/jobs', 'GET /api/jobs/:id'];
      expect(await namesWith('admin')).toEqual(seen);
      expect(await namesWith('admin key')).toEqual(seen);
      expect(await namesWith('staff')).toEqual([]);
      expect(await namesWith('read key')).toEqual([]);
    });
  });

  it('tests every operation with its declared access', () => {
    const declared = operations
      .filter(({ access }) =>
        ['read', 'admin', 'start', 'session', 'attempt', 'cron or read'].includes(access),
      )
      .map(({ method, path, access }) => [`${method} ${path}`, access]);
    const tested = routes
      .filter(([name]) => !name.includes('/internal/'))
      .map(([name, expected]) => [
        name,
        expected === forNobody
          ? 'attempt'
          : expected === forPeople
            ? 'session'
            : expected === startable
              ? 'start'
              : expected.staff === 403
                ? 'admin'
                : name.endsWith('/metrics')
                  ? 'cron or read'
                  : 'read',
      ]);
    expect(tested.sort()).toEqual(declared.sort());
  });

  it('lets staff start and cancel what they may run, as it is; a read key and others may not', async () => {
    await sql`update public.jobs set staff_can_run = true where id = ${mine.jobId}`;
    try {
      const starts: Call[] = [
        {
          handlers: pluginRun,
          method: 'POST',
          params: { id: mine.pluginId },
          body: { jobName: 'sync' },
        },
        { handlers: schedulerJobRun, method: 'POST', params: { id: mine.jobId } },
      ];
      for (const start of starts) {
        const answers: [Caller, number][] = [];
        for (const caller of callers) answers.push([caller, (await call(caller, start)).status]);
        expect(Object.fromEntries(answers)).toEqual({ ...startable, staff: 202 });
        for (const own of [{ payload: {} }, { cursor: null }]) {
          expect(
            await call('staff', { ...start, body: { ...(start.body as object | undefined), ...own } }),
          ).toMatchObject({
            status: 403,
            body: { error: 'Only admins can choose the payload or the cursor of a run' },
          });
        }
      }
      const listed = await call('staff', { handlers: backgroundJobs });
      expect(listed.body.jobs).toHaveLength(2);
      const cancel = {
        handlers: backgroundJobCancel,
        method: 'POST' as const,
        params: { id: listed.body.jobs[0].id },
      };
      expect((await call('staff', cancel)).status).toBe(200);
      expect((await call('admin', { handlers: backgroundJobs })).body.jobs.length).toBeGreaterThan(2);
    } finally {
      await sql`update public.jobs set staff_can_run = false where id = ${mine.jobId}`;
      // Takes their messages off the queue.
      await sql`select private.cancel_runs(array(select id from public.runs where job_id = ${mine.jobId}))`;
    }
  });

  // Browsers never send this token by themselves, so it needs no such check.
  it.each(routes.filter(([name, expected]) => !name.startsWith('GET') && expected !== forNobody))(
    '%s refuses a foreign Origin',
    async (_name, _expected, make) => {
      const foreign = await call('admin', {
        ...make(await newRun()),
        headers: { Origin: 'https://evil.example' },
      });
      expect(foreign.status).toBe(403);
      const sandboxed = await call('admin', { ...make(await newRun()), headers: { Origin: 'null' } });
      expect(sandboxed.status).toBe(403);
      const sameSite = await call('admin', {
        ...make(await newRun()),
        headers: { Origin: 'http://portal.test' },
      });
      expect(sameSite.status).toBeLessThan(300);
    },
  );

  it('refuses an unknown key, a revoked key and another kind of authorization, whoever is signed in', async () => {
    const { key, id } = await makeApiKey(mine.tenant.id, ['admin']);
    await sql`update public.api_keys set revoked_at = now() where id = ${id}`;
    for (const authorization of [
      `Bearer ${key}`,
      `Bearer ${formatApiKey(randomBytes(32))}`,
      'Basic YTpi',
      'Bearer ',
    ]) {
      const answer = await call('admin', {
        handlers: schedulerJobs,
        headers: { Authorization: authorization },
      });
      expect([authorization.slice(0, 8), answer.status]).toEqual([authorization.slice(0, 8), 401]);
    }
  });

  it('returns 404 for malformed ids', async () => {
    for (const id of ['x', '', "' or 1=1", randomUUID()]) {
      expect((await call('admin', { handlers: schedulerJob, params: { id } })).status).toBe(404);
      expect((await call('admin', { handlers: pluginRuns, params: { id } })).body).toEqual({
        error: 'Plugin not found',
      });
    }
  });

  it('records when a key was used', async () => {
    await call('read key', { handlers: schedulerJobs });
    const [row] =
      await sql`select last_used_at from public.api_keys where key_hash = ${hashSecret(mine.keys.read)}`;
    expect(row!.last_used_at).toBeInstanceOf(Date);
  });
});

describe('[contract: plugin runs]', () => {
  it('queues a run before scheduled ones, in the name of the user or the key [rule 38: audit log]', async () => {
    for (const [caller, kind, actorId] of [
      ['admin', 'member', mine.tenant.admin.id],
      ['admin key', 'api_key', mine.adminKeyId],
    ] as const) {
      const { body } = await call(caller, {
        handlers: pluginRun,
        method: 'POST',
        params: { id: mine.pluginId },
        body: { jobName: 'sync' },
      });
      expect(body).toEqual({ runId: expect.any(String), status: 'pending' });
      const [run] = await sql`select * from public.runs where id = ${body.runId as string}`;
      expect(run).toMatchObject({
        state: 'pending',
        priority: 'high',
        queue_name: 'runs_high',
        trigger: caller === 'admin' ? 'manual' : 'api',
      });
      const [audit] =
        await sql`select * from public.audit_log where action = 'runs.start' and subject_id = ${body.runId as string}`;
      expect(audit).toMatchObject({ actor_kind: kind, actor_id: actorId });
    }
  });

  it.each([[{ jobName: 'nothing' }], [{}], ['[1]'], [{ jobName: 7 }]])(
    'returns Invalid job name for %j',
    async (body) => {
      const answer = await call('admin', {
        handlers: pluginRun,
        method: 'POST',
        params: { id: mine.pluginId },
        body,
      });
      expect([answer.status, answer.body.error]).toEqual([400, 'Invalid job name']);
    },
  );

  it('refuses a character that the database cannot store, and names its field', async () => {
    const refused = (field: string) => ({ status: 400, body: { details: [{ field }] } });
    const run = { handlers: pluginRun, method: 'POST', params: { id: mine.pluginId } } as const;
    const body = { jobName: 'sync', payload: { a: [{ b: 'x\0' }] } };
    expect(await call('admin', { ...run, body })).toMatchObject(refused('payload.a.0.b'));
    expect(await call('admin', { handlers: backgroundJobs, query: '?type=%00' })).toMatchObject(
      refused('type'),
    );
    const after = Buffer.from(`${mine.jobId}~\0`).toString('base64url');
    expect(await call('admin', { handlers: schedulerJobs, query: `?after=${after}` })).toMatchObject(
      refused('after'),
    );
  });

  it('starts from another cursor, and names an invalid field', async () => {
    const start = (body: object) =>
      call('admin', { handlers: pluginRun, method: 'POST', params: { id: mine.pluginId }, body });
    const { body } = await start({ jobName: 'sync', cursor: 'from-here' });
    const [run] = await sql`select cursor_before from public.runs where id = ${body.runId as string}`;
    expect(run).toEqual({ cursor_before: 'from-here' });
    for (const [field, wrong] of Object.entries({ payload: 'x', cursor: 5, payloads: {}, Cursor: 'x' })) {
      const refused = { status: 400, body: { error: 'Invalid body', details: [{ field }] } };
      expect(await start({ jobName: 'sync', [field]: wrong })).toMatchObject(refused);
      const ofJob = { handlers: schedulerJobRun, method: 'POST', params: { id: mine.jobId } } as const;
      expect(await call('admin', { ...ofJob, body: { [field]: wrong } })).toMatchObject(refused);
    }
  });

  it('lists runs with totals as in the contract', async () => {
    const at = (minute: number) => new Date(Date.UTC(2026, 0, 5, 6, minute));
    const ids: string[] = [];
    for (let minute = 0; minute < 5; minute += 1) {
      ids.push(
        await newRun({
          state: minute === 3 ? 'failed' : 'success',
          started_at: at(minute),
          finished_at: at(minute + 1),
          ordered_at: at(minute + 1),
          duration_ms: 60_000,
          attempt: 2,
          events_processed: 10 * minute,
          cursor_after: `c${minute}`,
          error: minute === 3 ? { name: 'Error', message: 'no' } : null,
        }),
      );
    }
    await sql`select private.show_finished_runs(${ids})`;
    const pending = await newRun();
    const first = await call('read key', {
      handlers: pluginRuns,
      params: { id: mine.pluginId },
      query: '?limit=2',
    });
    expect(first.body.total).toBe(6);
    expect(first.body.runs.map((run: { runId: string }) => run.runId)).toEqual([pending, ids[4]]);
    expect(first.body.runs[1]).toEqual({
      runId: ids[4],
      pluginId: mine.pluginId,
      jobName: 'sync',
      jobId: mine.jobId,
      jobKey: 'demo/sync',
      status: 'success',
      startedAt: '2026-01-05T06:04:00.000Z',
      completedAt: '2026-01-05T06:05:00.000Z',
      eventsProcessed: 40,
      errorMessage: null,
      metadata: { cursor: 'c4', retryCount: 1 },
    });
    expect(first.body.summary).toEqual({
      total: 6,
      success: 4,
      failed: 1,
      running: 0,
      pending: 1,
      avgEventsProcessed: 17.5,
      avgDuration: 60_000,
    });
    const pages = await Promise.all(
      [
        '?limit=2&offset=2',
        '?limit=2&offset=4',
        '?limit=2&offset=6',
        '?sort=asc&limit=3',
        '?status=failed',
        '?jobName=none',
        '?limit=1000',
      ].map(
        async (query) =>
          (await call('staff', { handlers: pluginRuns, params: { id: mine.pluginId }, query })).body,
      ),
    );
    const idsOf = (page: { runs: { runId: string }[] }) => page.runs.map((run) => run.runId);
    expect(pages.map(idsOf)).toEqual([
      [ids[3], ids[2]],
      [ids[1], ids[0]],
      [],
      [ids[0], ids[1], ids[2]],
      [ids[3]],
      [],
      [pending, ...ids.toReversed()],
    ]);
    expect(pages.map((page) => page.total)).toEqual([6, 6, 6, 6, 1, 0, 6]);
    expect(pages[4].runs[0]).toMatchObject({ status: 'failed', errorMessage: 'no' });
    const one = await call('staff', {
      handlers: pluginRunDetail,
      params: { id: mine.pluginId, runId: ids[3]! },
    });
    expect(one.body).toEqual(pages[4].runs[0]);
    const elsewhere = await call('staff', {
      handlers: pluginRunDetail,
      params: { id: other.pluginId, runId: ids[3]! },
    });
    expect([elsewhere.status, elsewhere.body]).toEqual([404, { error: 'Plugin run not found' }]);
  });

  describe('for several jobs of one name', () => {
    const start = (jobName: string) =>
      call('admin', {
        handlers: pluginRun,
        method: 'POST',
        params: { id: mine.pluginId },
        body: { jobName },
      });
    const twin = (job_key: string) => makeJob(mine.tenant.id, { job_key, ...ofPlugin(mine.pluginId) });
    const jobOf = async (answer: { body: { runId?: string } }) => {
      const [run] = await sql`select job_id from public.runs where id = ${answer.body.runId ?? ''}`;
      return run?.job_id as string;
    };

    afterEach(async () => {
      await sql`delete from public.jobs where tenant_id = ${mine.tenant.id} and id <> ${mine.jobId}`;
    });

    it('starts the one whose key is given, and names the keys if none is', async () => {
      const secondId = await twin('second');
      const several = await start('sync');
      expect([several.status, several.body]).toEqual([
        409,
        {
          error: 'Several jobs have this name',
          details: [{ field: 'jobName', problem: 'must be the key of one of them: demo/sync, second' }],
        },
      ]);
      expect(await jobOf(await start('second'))).toBe(secondId);
      expect(await jobOf(await start(' second\r\n'))).toBe(secondId);
      expect(await jobOf(await start('demo/sync'))).toBe(mine.jobId);
      const none = await start('third');
      expect([none.status, none.body]).toEqual([400, { error: 'Invalid job name' }]);
    });

    it('still starts the one that the manifest declares by its name', async () => {
      await twin('second');
      const declaredId = await twin('%declared%');
      const [plugin] = await sql`select plugin_key from public.plugins where id = ${mine.pluginId}`;
      await sql`update public.jobs set job_key = ${`${String(plugin?.plugin_key)}:sync`} where id = ${declaredId}`;
      expect(await jobOf(await start('sync'))).toBe(declaredId);
    });

    it('lists the runs of all of them by name, and of one by its key or its id', async () => {
      const secondId = await twin('second');
      const [first, second] = await Promise.all([
        newRun(),
        makeRun(mine.tenant.id, secondId, { trigger: 'api', state: 'pending' }),
      ]);
      const list = async (query: string) => {
        const { body } = await call('staff', { handlers: pluginRuns, params: { id: mine.pluginId }, query });
        expect([body.total, body.summary.pending]).toEqual([body.runs.length, body.runs.length]);
        return body.runs.map((run: { runId: string; jobKey: string; jobId: string }) => [
          run.runId,
          run.jobKey,
          run.jobId,
        ]);
      };
      const both = [
        [first, 'demo/sync', mine.jobId],
        [second, 'second', secondId],
      ];
      expect((await list('?jobName=sync')).sort()).toEqual(both.sort());
      expect(await list('?jobName=second')).toEqual([[second, 'second', secondId]]);
      expect(await list(`?jobId=${mine.jobId}`)).toEqual([[first, 'demo/sync', mine.jobId]]);
      expect(await list(`?jobName=second&jobId=${mine.jobId}`)).toEqual([]);
    });
  });

  it('lists runs in the order of `startedAt`, whichever finished first', async () => {
    const at = (minute: number) => new Date(Date.UTC(2026, 0, 5, 6, minute));
    const finished = (start: number, end: number) =>
      newRun({ state: 'success', started_at: at(start), finished_at: at(end), ordered_at: at(end) });
    const long = await finished(0, 50);
    const short = await finished(10, 20);
    const running = await newRun({ state: 'running', received_at: at(1), started_at: at(15) });
    const waiting = await newRun({ received_at: at(5) });
    await sql`select private.show_finished_runs(${[long, short]})`;
    const list = async (sort: string) => {
      const query = `?sort=${sort}`;
      const { body } = await call('staff', { handlers: pluginRuns, params: { id: mine.pluginId }, query });
      return body.runs as { runId: string; startedAt: string }[];
    };
    const newestFirst = await list('desc');
    expect(newestFirst.map(({ runId }) => runId)).toEqual([running, short, waiting, long]);
    expect(newestFirst.map(({ startedAt }) => startedAt)).toEqual(
      newestFirst
        .map(({ startedAt }) => startedAt)
        .sort()
        .reverse(),
    );
    expect(await list('asc')).toEqual(newestFirst.toReversed());
  });

  it('names the invalid field of a query', async () => {
    const answer = await call('staff', {
      handlers: pluginRuns,
      params: { id: mine.pluginId },
      query: '?limit=x&sort=up',
    });
    expect(answer.status).toBe(400);
    expect(answer.body.details.map((detail: { field: string }) => detail.field)).toEqual(['limit', 'sort']);
  });
});

describe('the report of a remote plugin', () => {
  const report = (handlers: unknown, runId: string, token: string, body: unknown) =>
    call('nobody', {
      handlers,
      method: 'POST',
      params: { runId },
      body,
      headers: { Authorization: `Bearer ${token}` },
    });
  const makeOpenRun = async () => {
    const token = randomUUID();
    const columns = {
      state: 'running',
      attempt: 1,
      attempt_token: token,
      worker_id: 'w',
      queue_name: 'runs',
    };
    const lease = { started_at: new Date(), lease_expires_at: new Date(Date.now() + 30_000) };
    return { runId: await newRun({ ...columns, ...lease }), token };
  };

  it('is accepted once, with the token of the attempt', async () => {
    const { runId, token } = await makeOpenRun();
    const told = await report(pluginProgress, runId, token, { done: 5, total: 4, note: 'half' });
    expect([told.status, told.body]).toEqual([200, { cancel_requested: false }]);
    await sql`update public.runs set cancel_requested_at = now() where id = ${runId}`;
    expect((await report(pluginProgress, runId, token, { done: 4 })).body).toEqual({
      cancel_requested: true,
    });
    const ended = await report(pluginResult, runId, token, { outcome: 'retry_after', seconds: 5 });
    expect([ended.status, ended.body]).toEqual([200, { run_id: runId, state: 'canceled' }]);
    expect((await report(pluginResult, runId, token, { outcome: 'success' })).status).toBe(409);
  });

  it('returns the state of a run that will be retried', async () => {
    const { runId, token } = await makeOpenRun();
    const { body } = await report(pluginResult, runId, token, { outcome: 'snoozed', seconds: 300 });
    expect(body).toEqual({ run_id: runId, state: 'pending' });
  });

  it('is refused with the wrong token, with an invalid body, or if it is too large', async () => {
    const { runId, token } = await makeOpenRun();
    for (const handlers of [pluginProgress, pluginResult]) {
      const statuses = [
        await report(handlers, runId, 'nonsense', {}),
        await report(handlers, runId, randomUUID(), {}),
        await report(handlers, randomUUID(), token, {}),
        await report(handlers, 'x', token, {}),
        await report(handlers, runId, token, '{'),
        await report(handlers, runId, token, { done: 'a', outcome: 'fine' }),
        await report(handlers, runId, token, { done: 1, note: 'x'.repeat(1_048_576) }),
      ].map(({ status }) => status);
      expect(statuses).toEqual([401, 409, 409, 409, 400, 400, 413]);
    }
    const [run] = await sql`select state, progress from public.runs where id = ${runId}`;
    expect(run).toEqual({ state: 'running', progress: null });
  });
});

describe('text that no database can store', () => {
  const hostileTexts: Record<string, string> = {
    'the first half of a character': 'a\uD800',
    'the second half of a character': '\uDC00b',
    'the halves in the wrong order': '\uDC00\uD800',
    NUL: 'a\0b',
    'an escape of NUL as text': String.raw`\u0000\ud800`,
    'U+FFFF': 'a\uFFFF',
    'a byte order mark': '\uFEFFa',
    'characters that turn text around': '\u202E\u2066a',
    'text that is very long': '長'.repeat(20_000),
    nothing: '',
    quotes: `'"\`,.()*%_\\;--`,
  };
  const isObject = (value: unknown): value is Record<string, unknown> =>
    typeof value === 'object' && value !== null;

  /** Each variant of a body in which one text, or the name of one field, is hostile. */
  function variantsOf(body: unknown, hostile: string): unknown[] {
    if (typeof body === 'string') return [hostile, `${body}${hostile}`];
    if (!isObject(body)) return [];
    return Object.entries(body).flatMap(([name, value]) => [
      ...variantsOf(value, hostile).map((changed) =>
        Array.isArray(body) ? [changed] : { ...body, [name]: changed },
      ),
      ...(Array.isArray(body) ? [] : [{ ...body, [`${name}${hostile}`]: value }]),
    ]);
  }

  const bodiesOf = ({ body }: Operation): unknown[] => Object.values(body?.examples ?? {});
  const token = randomUUID();
  const openRun = () =>
    newRun({
      state: 'running',
      attempt: 1,
      attempt_token: token,
      worker_id: 'w',
      queue_name: 'runs',
      started_at: new Date(),
      lease_expires_at: new Date(Date.now() + 30_000),
    });
  const input = { payload: { text: 'a', list: 'b' }, cursor: 'c' };
  const report = reportBody({
    tool_id: 'x',
    host: 'h',
    log: 'l',
    metrics: { rows: 1, text: 'x' },
    run_id: 'r',
  });
  const start = { ...report, started_at: new Date().toISOString() };
  const senders: Record<string, [bodies: unknown[], send: (body: unknown) => Promise<{ status: number }>]> = {
    runPlugin: [
      [{ jobName: 'say', ...input }],
      (body) => call('admin', { handlers: pluginRun, method: 'POST', params: { id: mine.pluginId }, body }),
    ],
    runSchedulerJob: [
      [input],
      (body) => call('admin', { handlers: schedulerJobRun, method: 'POST', params: { id: sayingId }, body }),
    ],
    setSchedulerEnabled: [
      [{ enabled: true, said: 'x' }],
      (body) => call('admin', { handlers: schedulerEnabled, method: 'PUT', body }),
    ],
    setSchedulerJobEnabled: [
      [{ enabled: true, said: 'x' }],
      (body) =>
        call('admin', { handlers: schedulerJobEnabled, method: 'PUT', params: { id: mine.jobId }, body }),
    ],
    ...Object.fromEntries(
      (
        [
          [reportPluginProgress, pluginProgress, { done: 1, note: 'n' }],
          [
            reportPluginResult,
            pluginResult,
            { outcome: 'success', message: 'm', log: 'l', cursor: 'c', result: { deep: [{ text: 'x' }] } },
          ],
          [
            reportPluginResult,
            pluginResult,
            {
              outcome: 'failed',
              error: { name: 'n', message: 'm', stack: 's' },
              retryable: false,
              result: 'r',
            },
          ],
        ] as const
      ).map(([operation, handlers, body], place) => [
        `${operation.id} ${place}`,
        [
          [body],
          async (changed: unknown) =>
            call('nobody', {
              handlers,
              method: 'POST',
              params: { runId: await openRun() },
              body: changed,
              headers: { Authorization: `Bearer ${token}` },
            }),
        ] as const,
      ]),
    ),
    reportJob: [
      [...bodiesOf(reportJob), report],
      (body) => call('report key', { handlers: jobReport, method: 'POST', body }),
    ],
    reportJobs: [[[report]], (body) => call('report key', { handlers: jobReports, method: 'POST', body })],
    reportJobStart: [
      [...bodiesOf(reportJobStart), start],
      (body) => call('report key', { handlers: jobStart, method: 'POST', body }),
    ],
  };
  let sayingId: string;

  beforeAll(async () => {
    const text = { type: 'string' };
    const saying = {
      name: 'say',
      handler: 'say',
      title: 'Say',
      payload: { type: 'object', properties: { text, list: text } },
    };
    const jobs = [...manifest.jobs, saying];
    await sql`update public.plugins set manifest = ${sql.json({ ...manifest, jobs })} where id = ${mine.pluginId}`;
    sayingId = await makeJob(mine.tenant.id, ofPlugin(mine.pluginId, 'say'));
  });
  afterAll(async () => {
    await sql`delete from public.jobs where tenant_id = ${mine.tenant.id} and id <> ${mine.jobId}`;
    await sql`update public.plugins set manifest = ${sql.json(manifest)} where id = ${mine.pluginId}`;
  });

  it.each(Object.entries(senders))(
    'is cleaned or refused in every field of %s, and is never a defect',
    async (_name, [bodies, send]) => {
      const taken: unknown[] = [];
      for (const body of bodies) {
        for (const [kind, hostile] of Object.entries(hostileTexts)) {
          for (const changed of variantsOf(body, hostile)) {
            const { status } = await send(changed);
            expect([kind, changed, status < 500 ? 'answered' : status]).toEqual([kind, changed, 'answered']);
            if (status < 300) taken.push(changed);
          }
        }
      }
      expect(taken.length).toBeGreaterThan(0);
    },
  );

  it('is tried in every operation that has a body', () => {
    const tried = Object.keys(senders).map((name) => name.split(' ')[0]);
    expect([...new Set(tried)].sort()).toEqual(
      operations
        .filter(({ body }) => body)
        .map(({ id }) => id)
        .sort(),
    );
  });

  const queries = routes.flatMap(([name, expected, make]) => {
    const operation = operations.find(({ method, path }) => `${method} ${path}` === name);
    const query = operation?.query;
    return query && query !== 'any' && expected.admin === 200
      ? Object.keys(query.shape).map((field) => [name, field, make] as const)
      : [];
  });
  it.each(queries)('is refused in the query of %s as %s', async (_name, field, make) => {
    const written = [
      '%00',
      '%ED%A0%80',
      '%FF',
      ...Object.values(hostileTexts).map((text) => encodeURIComponent(text.toWellFormed())),
    ];
    for (const value of written) {
      const { status } = await call('admin', { ...make(await newRun()), query: `?${field}=${value}` });
      expect([field, value, status < 500 ? 'answered' : status]).toEqual([field, value, 'answered']);
    }
  });
});

describe('[contract: scheduler]', () => {
  it('describes a job as in the contract', async () => {
    const { body } = await call('read key', { handlers: schedulerJobs });
    expect(body).toEqual({
      jobs: [
        {
          id: mine.jobId,
          name: 'Sync',
          titles: null,
          description: '毎分の同期',
          job_type: 'sync',
          schedule: '0 6 * * *',
          schedule_type: 'cron',
          time_zone: 'Asia/Tokyo',
          is_enabled: true,
          off_reason: null,
          off_since: null,
          is_running: false,
          current_execution_id: null,
          last_run_at: null,
          last_status: null,
          next_run_at: '2040-01-01T21:00:00.000Z',
          plugin_id: mine.pluginId,
        },
      ],
      next: null,
    });
  });

  it('counts the workers that are alive', async () => {
    const beat = (name: string, ago: string) => sql`
      insert into private.heartbeats (process, beat_at) values (${`worker:${name}`}, now() - ${ago}::interval)
      on conflict (process) do update set beat_at = excluded.beat_at`;
    await sql`delete from private.heartbeats where process like 'worker:%'`;
    await Promise.all([beat('alive', '20 seconds'), beat('gone', '2 minutes')]);
    expect((await call('staff', { handlers: schedulerStatus })).body.workers).toBe(1);
  });

  it('pages jobs by name', async () => {
    await sql`
      insert into public.jobs (tenant_id, job_key, title, kind, plugin_id, plugin_job_name)
      select ${other.tenant.id}, 'k' || n, case when n < 4 then 'A "quoted", \\ 名' else 'B' || n end, 'plugin', ${other.pluginId}, 'sync'
      from generate_series(1, 7) n`;
    const seen: string[] = [];
    let after = '';
    for (let page = 0; page < 10; page += 1) {
      const { body } = await call('other key', { handlers: schedulerJobs, query: `?limit=2${after}` });
      seen.push(...body.jobs.map((job: { id: string }) => job.id));
      if (body.next === null) break;
      after = `&after=${body.next}`;
    }
    expect(seen).toHaveLength(8);
    expect(new Set(seen).size).toBe(8);
    expect(await call('other key', { handlers: schedulerJobs, query: '?after=nonsense' })).toMatchObject({
      status: 400,
      body: { details: [{ field: 'after', problem: 'is not a valid cursor' }] },
    });
  });

  it('says which job is running, and which run it is', async () => {
    const idle = { is_running: false, current_execution_id: null };
    const jobNow = async () => {
      const list = await call('read key', { handlers: schedulerJobs });
      const one = await call('staff', { handlers: schedulerJob, params: { id: mine.jobId } });
      expect(list.body.jobs[0]).toEqual(one.body);
      return one.body;
    };
    const runningNow = async () => (await call('staff', { handlers: schedulerStatus })).body.running;
    await newRun();
    expect(await jobNow()).toMatchObject(idle);
    expect(await runningNow()).toEqual([]);
    const at = (minute: number) => new Date(Date.UTC(2026, 0, 5, 6, minute));
    const first = await newRun({ state: 'running', started_at: at(0) });
    const second = await newRun({ state: 'running', started_at: at(1) });
    expect(await jobNow()).toMatchObject({ is_running: true, current_execution_id: second });
    const shown = { job_id: mine.jobId, execution_id: first, started_at: at(0).toISOString() };
    expect(await runningNow()).toMatchObject([{ execution_id: second }, shown]);
    expect((await call('other key', { handlers: schedulerStatus })).body.running).toEqual([]);
  });

  it('disables and enables a job, and returns it [rule 22: switching off]', async () => {
    const put = (enabled: unknown) =>
      call('admin', {
        handlers: schedulerJobEnabled,
        method: 'PUT',
        params: { id: mine.jobId },
        body: { enabled },
      });
    expect((await put(false)).body).toMatchObject({ is_enabled: false, next_run_at: null });
    const askedAt = Date.now();
    const on = await put(true);
    expect(on.body.is_enabled).toBe(true);
    expect(new Date(on.body.next_run_at).getTime()).toBeGreaterThan(askedAt);
    expect((await put('yes')).status).toBe(400);
  });

  type Switch = 'all' | 'plugin' | 'job';
  it.each<[off: Switch[], reason: string | null]>([
    [[], null],
    [['job'], 'disabled'],
    [['plugin'], 'plugin_disabled'],
    [['all'], 'globally_disabled'],
    [['job', 'plugin'], 'plugin_disabled'],
    [['job', 'all'], 'globally_disabled'],
    [['plugin', 'all'], 'globally_disabled'],
    [['job', 'plugin', 'all'], 'globally_disabled'],
  ])('tells no next run while %j is off, and says what is [rule 22: switching off]', async (off, reason) => {
    const put = (handlers: unknown, enabled: boolean) =>
      call('admin', { handlers, method: 'PUT', params: { id: mine.jobId }, body: { enabled } });
    const turn: Record<Switch, (enabled: boolean) => Promise<unknown>> = {
      all: (enabled) => put(schedulerEnabled, enabled),
      plugin: (enabled) => sql`update public.plugins set is_enabled = ${enabled} where id = ${mine.pluginId}`,
      job: (enabled) => put(schedulerJobEnabled, enabled),
    };
    const since = off.length === 0 ? null : expect.any(String);
    const next = off.length === 0 ? expect.any(String) : null;
    for (const one of off) await turn[one](false);
    const { body } = await call('read key', { handlers: schedulerJobs });
    expect(body.jobs).toMatchObject([{ off_reason: reason, off_since: since, next_run_at: next }]);
    expect((await call('staff', { handlers: schedulerStatus })).body.next_run_at).toEqual(next);
    for (const one of off) await turn[one](true);
    const again = await call('staff', { handlers: schedulerJob, params: { id: mine.jobId } });
    expect(again.body).toMatchObject({ off_reason: null, off_since: null, next_run_at: expect.any(String) });
  });

  it('lists executions as in the contract, page by page', async () => {
    for (let minute = 0; minute < 3; minute += 1) {
      await newRun({
        state: 'failed',
        ordered_at: new Date(2026, 0, 1, 0, minute),
        finished_at: new Date(2026, 0, 1, 0, minute),
        error: { name: 'E', message: `m${minute}` },
      });
    }
    const first = await call('staff', {
      handlers: schedulerJobExecutions,
      params: { id: mine.jobId },
      query: '?limit=2',
    });
    expect(first.body.executions.map((run: { error_message: string }) => run.error_message)).toEqual([
      'm2',
      'm1',
    ]);
    expect(first.body.executions[0]).toMatchObject({ status: 'failed', completed_at: expect.any(String) });
    const second = await call('staff', {
      handlers: schedulerJobExecutions,
      params: { id: mine.jobId },
      query: `?limit=2&after=${first.body.next}`,
    });
    expect(second.body.executions.map((run: { error_message: string }) => run.error_message)).toEqual(['m0']);
    expect(second.body.next).toBeNull();
  });

  it('stops everything with one switch, and says so', async () => {
    const put = (enabled: boolean) =>
      call('admin key', { handlers: schedulerEnabled, method: 'PUT', body: { enabled } });
    expect((await put(false)).body).toEqual({ is_enabled: false });
    expect((await call('staff', { handlers: schedulerStatus })).body).toMatchObject({
      is_enabled: false,
      jobs: 1,
      enabled_jobs: 1,
    });
    expect((await call('other key', { handlers: schedulerStatus })).body.is_enabled).toBe(true);
    await put(true);
    const [audit] =
      await sql`select * from public.audit_log where tenant_id = ${mine.tenant.id} and subject_kind = 'scheduler_settings' order by id desc limit 1`;
    expect([audit!.actor_kind, audit!.actor_id, audit!.actor_name]).toEqual([
      'api_key',
      mine.adminKeyId,
      'Key for admin',
    ]);
    expect((audit!.after as { is_enabled: boolean }).is_enabled).toBe(true);
  });
});

describe('[contract: background jobs]', () => {
  it('shows staff their own runs and admins all runs; shows the stack only to admins [rule 29: progress and errors]', async () => {
    const mineAsStaff = await newRun({
      state: 'failed',
      finished_at: new Date(),
      error: { name: 'TypeError', message: 'boom' },
    });
    await sql`insert into public.run_error_stacks (run_id, tenant_id, stack) values (${mineAsStaff}, ${mine.tenant.id}, 'at secret')`;
    const ofAdmin = await newRun({ requested_by: mine.tenant.admin.id });
    const idsOf = async (caller: Caller, query = '') =>
      (await call(caller, { handlers: backgroundJobs, query })).body.jobs.map(
        (job: { id: string }) => job.id,
      );
    expect(await idsOf('staff')).toEqual([mineAsStaff]);
    expect((await idsOf('admin')).sort()).toEqual([mineAsStaff, ofAdmin].sort());
    expect(await idsOf('admin', '?status=queued')).toEqual([ofAdmin]);
    expect(await idsOf('admin', '?type=demo/sync&limit=1')).toHaveLength(1);
    expect(await idsOf('admin', '?type=%20demo/sync%EF%BB%BF')).toHaveLength(2);
    expect(await idsOf('admin', '?type=nothing')).toEqual([]);
    expect((await call('admin', { handlers: backgroundJobs, query: '?status=done' })).status).toBe(400);
    expect((await call('staff', { handlers: backgroundJob, params: { id: ofAdmin } })).status).toBe(404);
    const asStaff = (await call('staff', { handlers: backgroundJob, params: { id: mineAsStaff } })).body.job;
    expect(asStaff.error).toEqual({ name: 'TypeError', message: 'boom' });
    expect(asStaff).toMatchObject({ type: 'demo/sync', status: 'failed', userId: mine.tenant.staff.id });
    expect(
      (await call('read key', { handlers: backgroundJob, params: { id: mineAsStaff } })).body.job.error,
    ).toEqual(asStaff.error);
    expect(
      (await call('admin', { handlers: backgroundJob, params: { id: mineAsStaff } })).body.job.error.stack,
    ).toBe('at secret');
  });

  it('cancels a waiting run, and returns 409 if it has finished [rule 26: cancel]', async () => {
    const id = await newRun();
    const cancel = () => call('staff', { handlers: backgroundJobCancel, method: 'POST', params: { id } });
    expect((await cancel()).body.job).toMatchObject({ id, status: 'canceled' });
    const again = await cancel();
    expect([again.status, again.body]).toEqual([
      409,
      { error: 'Only a queued or processing job can be canceled' },
    ]);
  });
});

describe('a background job that moves', () => {
  const read = async (id: string) =>
    (await call('admin', { handlers: backgroundJob, params: { id } })).body.job as {
      status: string;
      updatedAt: string;
      cancelRequestedAt: string | null;
    };

  it('says since when it is asked to stop, and keeps running until it has [rule 26: cancel]', async () => {
    const id = await newRun({ state: 'running', started_at: new Date() });
    expect(await read(id)).toMatchObject({ cancelRequestedAt: null });
    const { body } = await call('staff', { handlers: backgroundJobCancel, method: 'POST', params: { id } });
    expect(body.job).toMatchObject({ status: 'processing', cancelRequestedAt: expect.any(String) });
    expect(await read(id)).toMatchObject(body.job);
    const again = await call('staff', { handlers: backgroundJobCancel, method: 'POST', params: { id } });
    expect(again.body.job.cancelRequestedAt).toBe(body.job.cancelRequestedAt);
  });

  const token = randomUUID();
  const attempt = {
    state: 'running',
    queue_name: 'runs',
    attempt: 1,
    attempt_token: token,
    lease_expires_at: new Date(),
    worker_id: 'w',
  };
  const held = (id: string) => sql.json([{ run_id: id, attempt_token: token }]);
  it.each<[step: string, before: Columns<'runs'>, (id: string) => Promise<unknown>, moves: boolean]>([
    ['starts', {}, (id) => sql`update public.runs set state = 'running' where id = ${id}`, true],
    ['is asked to stop', attempt, (id) => sql`select public.cancel_run(${id})`, true],
    ['is canceled', {}, (id) => sql`select public.cancel_run(${id})`, true],
    [
      'makes progress',
      attempt,
      (id) =>
        sql`select public.extend_leases(${sql.json([{ run_id: id, attempt_token: token, progress: { done: 1 } }])})`,
      true,
    ],
    ['only shows that it lives', attempt, (id) => sql`select public.extend_leases(${held(id)})`, false],
    [
      'finishes',
      attempt,
      (id) =>
        sql`select public.finish_attempts(${sql.json([{ run_id: id, attempt_token: token, state: 'success', attempt_outcome: 'success' }])})`,
      true,
    ],
    ['loses its worker', attempt, (id) => sql`select private.take_back_runs(${[id]})`, true],
  ])('%s: updatedAt shows it', async (_step, before, act, moves) => {
    const updated_at = new Date(Date.UTC(2026, 0, 5));
    const id = await newRun({ ...before, updated_at });
    const askedAt = Date.now();
    await act(id);
    const updatedAt = Date.parse((await read(id)).updatedAt);
    if (moves) expect(updatedAt).toBeGreaterThan(askedAt - 1_000);
    else expect(updatedAt).toBe(updated_at.getTime());
  });
});

describe('[contract: internal]', () => {
  const withSecret = { Authorization: `Bearer ${cronSecret}` };

  it('ticks for callers with the CRON_SECRET, by GET and POST, twice at once', async () => {
    const [first, second] = await Promise.all(
      (['GET', 'POST'] as const).map((method) =>
        call('nobody', { handlers: internalScheduler, method, headers: withSecret }),
      ),
    );
    for (const answer of [first!, second!]) {
      expect(answer.status).toBe(200);
      expect(Object.keys(answer.body)).toEqual([
        'due',
        'enqueued',
        'skipped',
        'missed',
        'drained',
        'elapsed_ms',
      ]);
    }
  });

  it('returns 500 without the reason if no secret is set', async () => {
    vi.stubEnv('CRON_SECRET', '');
    const answer = await call('nobody', {
      handlers: internalScheduler,
      headers: { Authorization: 'Bearer ' },
    });
    vi.stubEnv('CRON_SECRET', cronSecret);
    expect([answer.status, answer.body]).toEqual([500, { error: 'Server configuration error' }]);
  });

  it('serves metrics of the portal to the CRON_SECRET and of its tenant to a key', async () => {
    await newRun();
    const ofKey = await call('read key', { handlers: metrics });
    expect(ofKey.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8');
    expect(ofKey.text).toContain('tc_portal_jobs{status="unknown"} 1\n');
    expect(ofKey.text).toContain('tc_portal_runs{state="pending"} 1\n');
    expect(ofKey.text).toMatch(/tc_portal_heartbeat_age_seconds\{process="scheduler"\} \d/);
    expect(
      ofKey.text
        .split('\n')
        .every((line) => line === '' || line.startsWith('#') || /^\w+(\{[^}]*\})? \S+$/.test(line)),
    ).toBe(true);
    const ofPortal = await call('nobody', { handlers: metrics, headers: withSecret });
    expect(ofPortal.status).toBe(200);
    expect((await call('other key', { handlers: metrics })).text).toContain(
      'tc_portal_runs{state="pending"} 0\n',
    );
  });

  // Last, because it adds the built-in plugins to both companies.
  it('executes queued runs if there is no worker', async () => {
    await forgetRuns();
    const { body } = await call('admin', {
      handlers: schedulerJobRun,
      method: 'POST',
      params: { id: mine.jobId },
    });
    // A run of a plugin that this version does not have would wait.
    await sql`update public.plugins set plugin_key = 'self-check' where id = ${mine.pluginId}`;
    await sql`update public.jobs set plugin_job_name = 'check' where id = ${mine.jobId}`;
    vi.stubEnv('VERCEL', '1');
    const answer = await call('nobody', { handlers: internalScheduler, headers: withSecret });
    vi.stubEnv('VERCEL', '');
    expect(answer.body.drained).toBeGreaterThanOrEqual(1);
    const [run] = await sql`select state from public.runs where id = ${body.execution_id as string}`;
    expect(run!.state).toMatch(/success|failed/);
  });
});
