import fs from 'node:fs';
import path from 'node:path';
import { createClient } from '@supabase/supabase-js';
import postgres from 'postgres';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import type { Database } from '#data/database.types.ts';
import { recordReports } from '#data/reports.ts';
import { readPortalHealth } from '#data/portal-health.ts';
import { claimRuns, reapRuns } from '#data/run-queue.ts';
import { readCurrentMember } from '../../src/auth/current-member.ts';
import { listJobStatuses } from '../../src/features/job-status/queries.ts';
import { countRuns, listJobs, listRuns, listUnfinishedRuns, readDailyStats } from '#features/jobs/queries.ts';
import { listBackgroundJobs, listExecutions } from '#features/runs/background-jobs.ts';
import { listPluginRuns } from '#features/runs/plugin-runs.ts';
import { findNeighbours, getRun } from '#features/runs/queries.ts';
import { listAllRuns, readTotals } from '#features/runs/run-list.ts';
import { listOccurrences, listRunningRuns, readSchedulesOverview } from '#features/scheduler/queries.ts';
import { runTick } from '#features/scheduler/run-tick.ts';
import type { FinishReport } from '#domain/report.ts';
import { type TestSupabase, startTestSupabase } from '#testing/database/start-supabase.ts';

// PostgreSQL itself counts what a report, a tick and each page read (auto_explain), through the real Data API with its
// prepared statements. Then the history grows to ten times as many runs on the same days, and it counts again.
const growth = 10;
const callCount = 10;
const firstRuns = 4_000;
const days = 60;

let supabase: TestSupabase;
let stop: () => Promise<void>;
let sql: postgres.Sql;
let verbs: Record<string, () => Promise<unknown>>;
let runCount = 0;

beforeAll(async () => {
  ({ supabase, stop } = await startTestSupabase());
  sql = postgres(supabase.superuserUrl, { max: 1, onnotice: () => {} });
  for (const setting of [
    `session_preload_libraries = 'auto_explain'`,
    'auto_explain.log_min_duration = 0',
    'auto_explain.log_analyze = on',
    'auto_explain.log_buffers = on',
    'auto_explain.log_timing = off',
    `auto_explain.log_format = 'json'`,
    'autovacuum = off',
  ]) {
    await sql.unsafe(`alter system set ${setting}`);
  }
  await sql`select pg_reload_conf()`;
  await sql`select pg_terminate_backend(pid) from pg_stat_activity where usename = 'authenticator'`;
  // Only new connections load it.
  await sql.end();
  sql = postgres(supabase.superuserUrl, { max: 1, onnotice: () => {} });
  verbs = await makeVerbs();
});
afterAll(async () => {
  await sql?.end();
  await stop?.();
});

async function makeVerbs(): Promise<Record<string, () => Promise<unknown>>> {
  const options = { auth: { persistSession: false, autoRefreshToken: false } };
  const service = createClient<Database>(supabase.url, supabase.secretKey, options);
  const client = createClient<Database>(supabase.url, supabase.publishableKey, options);
  const person = { email: 'admin@example.com', password: 'a-long-password' };
  // A request on a connection that is being closed fails.
  const userId = await vi.waitFor(async () => {
    const { data, error } = await client.auth.signUp(person);
    if (error) throw error;
    return data.user?.id ?? '';
  }, 60_000);
  await service
    .rpc('create_first_tenant', { p_name: 'Growing', p_user_id: userId, p_email: person.email })
    .throwOnError();
  await client.auth.signInWithPassword(person);
  const [tenant] = await sql<{ id: string }[]>`select id from public.tenants`;
  const tenantId = tenant?.id ?? '';
  await sql`
    insert into public.plugins (tenant_id, plugin_key, name, kind, manifest)
    values (${tenantId}, 'grown', 'Grown', 'built_in', '{}')`;
  await sql`
    insert into public.jobs (tenant_id, job_key, title, kind, plugin_id, plugin_job_name)
    select ${tenantId}, 'job-' || g, 'Job ' || g, case when g <= 12 then 'external' else 'plugin' end,
      case when g > 12 then p.id end, case when g > 12 then 'name-' || g end
    from generate_series(1, 20) g, public.plugins p`;
  await sql`
    insert into public.schedules (tenant_id, job_id, schedule_type, cron_expression, next_nominal_at, next_due_at)
    select tenant_id, id, 'cron', '0 6 * * *', now() + interval '9 hours', now() + interval '9 hours'
    from public.jobs where kind = 'plugin'`;
  await addRuns(0, firstRuns);
  const [plugin] = await sql<{ id: string }[]>`select id from public.plugins`;
  const jobs = await sql<{ id: string; kind: string }[]>`select id, kind from public.jobs order by job_key`;
  const external = jobs.find(({ kind }) => kind === 'external')?.id ?? '';
  const own = jobs.find(({ kind }) => kind === 'plugin')?.id ?? '';
  const pluginId = plugin?.id ?? '';
  const member = {
    client,
    tenantId,
    userId,
    timeZone: 'Asia/Tokyo',
    role: 'admin' as const,
  };
  const allRuns = { outcome: null, from: null, to: null };
  const all = { jobId: null, pluginId: null, state: null, trigger: null, from: null, to: null };
  const middle = {
    direction: 'after' as const,
    cursor: { at: new Date(Date.now() - 30 * 86_400_000).toISOString(), id: external },
  };
  const page = { limit: 20, offset: 0, isNewestFirst: true };
  const [aRun] = await sql<{ id: string }[]>`select id from public.runs where job_id = ${external} limit 1`;
  const tomorrow = { from: new Date(), until: new Date(Date.now() + 86_400_000) };
  let sent = 0;
  const report = (fields: Partial<FinishReport>) =>
    recordReports(
      service,
      [
        {
          reporter: { tenantId: null, apiKeyId: null },
          report: {
            kind: 'finish',
            jobKey: 'job-1',
            title: 'Job 1',
            toolId: null,
            host: null,
            reportKey: `growth:${(sent += 1)}`,
            startedAt: null,
            sentAt: null,
            state: 'success',
            finishedAt: new Date().toISOString(),
            durationMs: 5,
            message: 'ok',
            exitCode: null,
            metrics: null,
            log: null,
            expectation: null,
            ...fields,
          },
        },
      ],
      AbortSignal.timeout(20_000),
    );
  const aYearAgo = new Date(Date.now() - 366 * 86_400_000).toISOString();
  return {
    'a report': () => report({}),
    'another outcome of a run id that every run has': () =>
      report({ reportKey: 'run:same', state: (sent += 1) % 2 ? 'failed' : 'success' }),
    'a start with a run id that every run has': () =>
      recordReports(
        service,
        [
          {
            reporter: { tenantId: null, apiKeyId: null },
            report: {
              kind: 'start',
              jobKey: 'job-2',
              title: 'Job 2',
              toolId: null,
              host: null,
              reportKey: 'run:same',
              startedAt: new Date(Date.now() - 30 * 86_400_000).toISOString(),
              sentAt: null,
            },
          },
        ],
        AbortSignal.timeout(20_000),
      ),
    'a failure behind all others, by a clock that was measured': () =>
      report({ state: 'failed', finishedAt: aYearAgo, sentAt: new Date().toISOString(), host: 'old' }),
    'a success that explains it': () => report({ host: 'old' }),
    'a tick with nothing due': () => runTick({ now: new Date(), client: service }),
    'a worker that finds nothing': () =>
      claimRuns(service, { workerId: 'worker', quantity: 10, leaseSeconds: 30 }, AbortSignal.timeout(20_000)),
    'the reaper': () => reapRuns(service),
    'how the portal is': () => readPortalHealth(service),
    'the badge': () => readCurrentMember(client),
    'the incidents': () => listJobStatuses(member, { search: '', state: null, toolId: null }, null),
    'a search in the incidents': () =>
      listJobStatuses(member, { search: 'Job 1', state: null, toolId: null }, null),
    'the jobs': () => listJobs(member, { search: '', state: null, toolId: null }, null),
    'the jobs that run': () => listJobs(member, { search: '', state: 'running', toolId: null }, null),
    'a job’s history': () => listRuns(member, external, allRuns, null),
    'a job’s history from the middle': () => listRuns(member, external, allRuns, middle),
    'a job’s failures': () => listRuns(member, external, { ...allRuns, outcome: 'failed' }, null),
    'a job’s unfinished runs': () => listUnfinishedRuns(member, external),
    'a job’s number of runs': () => countRuns(member, external),
    'a job’s chart': () => readDailyStats(member, external, new Date()),
    'a run': () => getRun(member, aRun?.id ?? ''),
    'a run’s neighbours': async () => findNeighbours(member, await getRun(member, aRun?.id ?? '')),
    'all runs': () => listAllRuns(member, all, null),
    'all runs from the middle': () => listAllRuns(member, all, middle),
    'all failures': () => listAllRuns(member, { ...all, state: 'failed' }, null),
    'all runs by hand': () => listAllRuns(member, { ...all, trigger: 'manual' }, null),
    'a state that no run has': () => listAllRuns(member, { ...all, state: 'pending' }, null),
    'a plugin’s runs': () => listAllRuns(member, { ...all, pluginId }, null),
    'the totals of 30 days': () =>
      readTotals(member, {
        since: middle.cursor.at.slice(0, 10),
        jobId: null,
        pluginId: null,
      }),
    'a plugin’s runs by the API': () => listPluginRuns(member, pluginId, page),
    'the last page of a plugin’s runs': () =>
      listPluginRuns(member, pluginId, { ...page, offset: (runCount * 8) / 20 - 20 }),
    'a plugin’s oldest failures': () =>
      listPluginRuns(member, pluginId, { ...page, status: 'failed', isNewestFirst: false }),
    'the middle of a job’s runs by the API': () =>
      listPluginRuns(member, pluginId, { ...page, jobId: own, offset: runCount / 40 }),
    'what runs now': () => listRunningRuns(member),
    'what runs now of a job': () => listRunningRuns(member, own),
    'background jobs': () => listBackgroundJobs(member, { limit: 20 }),
    'background jobs that failed': () => listBackgroundJobs(member, { state: 'failed', limit: 20 }),
    'what a person has started': () => listBackgroundJobs({ ...member, role: 'staff' }, { limit: 20 }),
    'a job’s runs in the scheduler’s API': () => listExecutions(member, { jobId: own, limit: 20 }),
    'a job’s runs in the scheduler’s API from the middle': () =>
      listExecutions(member, { jobId: own, limit: 20, after: middle.cursor }),
    'the schedules': () => readSchedulesOverview(member, tomorrow),
    'a job’s occurrences': () => listOccurrences(member, { jobId: own }),
  };
}

/**
 * Creates runs of every job, always on the same days, with an occurrence for each run that a schedule started. Scripts give all
 * their runs one id [rule 2: repeats].
 */
async function addRuns(from: number, until: number): Promise<void> {
  const triggers = ['schedule', 'schedule', 'schedule', 'manual', 'retry'];
  await sql`
    with made as (
      insert into public.runs (
        tenant_id, job_id, trigger, state, started_at, finished_at, ordered_at, duration_ms, events_processed, report_key, report_attempt,
        origin_run_id
      )
      select j.tenant_id, j.id,
        case when j.kind = 'external' then 'report' else (${triggers}::text[])[1 + g % 5] end,
        case when g % 3 = 0 then 'failed' else 'success' end, at - interval '1 second', at, at, 1000, 1,
        case when j.kind = 'external' then 'run:same' end, case when j.kind = 'external' then 1 + g else 1 end,
        case when j.kind = 'external' then j.id end
      from generate_series(${from}::integer, ${until - 1}::integer) g
      join lateral (
        select *, row_number() over (order by job_key) as place from public.jobs
      ) j on j.place = 1 + g % 20
      cross join lateral (
        select now() - interval '1 hour' - make_interval(secs => (g * 7919::bigint) % (${days * 86_400})) as at
      ) x
      returning id
    )
    select private.show_finished_runs(array_agg(id)) from made`;
  await sql`
    insert into public.occurrences (tenant_id, schedule_id, job_id, nominal_at, through_nominal_at, due_at, state, run_id)
    select r.tenant_id, s.id, r.job_id, r.ordered_at, r.ordered_at, r.ordered_at, 'started', r.id
    from public.runs r join public.schedules s on s.job_id = r.job_id
    where r.trigger = 'schedule'
    on conflict do nothing`;
  await sql`
    insert into public.off_periods (tenant_id, job_id, since, until)
    select j.tenant_id, j.id, at - interval '1 minute', at
    from public.jobs j
    cross join generate_series(${from}::integer, ${until - 1}::integer, 20) g
    cross join lateral (select now() - interval '1 hour' - make_interval(mins => g) as at) x
    where j.kind = 'plugin'`;
  // From time to time, changes of daily totals are folded, as in normal operation.
  await sql`select private.fold_run_totals()`;
  await sql`vacuum (analyze)`;
  runCount = until;
}

let marks = 0;

/** Returns how many pages of 8 kB PostgreSQL read while a verb ran: the highest number of its last calls. */
async function countPages(verb: () => Promise<unknown>): Promise<number> {
  const counts: number[] = [];
  for (let call = 0; call < callCount; call += 1) {
    await takeLog();
    await verb();
    let pages = 0;
    for (const [, plan] of (await takeLog()).matchAll(/plan:\n((?:\t.*\n)+)/g)) {
      const { Plan: top } = JSON.parse(plan ?? '') as { Plan: Record<string, number> };
      pages += (top['Shared Hit Blocks'] ?? 0) + (top['Shared Read Blocks'] ?? 0);
    }
    counts.push(pages);
  }
  // The first calls of a connection also read the catalog and plan.
  return Math.max(...counts.slice(-4));
}

/** Returns what was logged since the last call. */
async function takeLog(): Promise<string> {
  const mark = `mark ${(marks += 1)} of growth`;
  await sql.unsafe(`select '${mark}'`);
  const file = path.join(supabase.folder, 'test.log');
  for (;;) {
    // A long log is renamed.
    const parts = [`${file}.1`, file].filter((part) => fs.existsSync(part));
    const text = parts.map((part) => fs.readFileSync(part, 'utf8')).join('');
    if (text.includes(mark)) {
      for (const part of parts) fs.truncateSync(part);
      return text;
    }
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}

it('a report, a tick and every page read no more data with ten times as much history', async () => {
  const measure = async () => {
    const counts: Record<string, number> = {};
    for (const [name, verb] of Object.entries(verbs)) counts[name] = await countPages(verb);
    return counts;
  };
  const before = await measure();
  await addRuns(firstRuns, firstRuns * growth);
  const after = await measure();
  // An index can be one level deeper for each of the 51 rows of a page, and the planner, whose statistics are a sample, may
  // look up a job (an index of two levels, a row, its rights) instead of reading the few jobs once. A query that reads a
  // history ten times as long reads at least a thousand pages.
  const byChance = 51 * 5;
  const grown = Object.entries(after)
    .filter(([name, pages]) => pages > 2 * (before[name] ?? 0) + byChance)
    .map(([name, pages]) => `${name}: from ${before[name]} to ${pages} pages`);
  expect(grown).toEqual([]);
}, 400_000);
