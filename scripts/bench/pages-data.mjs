// @ts-check
// Fills a portal's first tenant with 10,000 jobs and 1,000,000 runs, a plugin with 400,000 more, and 10,000 scheduled jobs,
// directly in SQL: sending reports would take minutes.
import { nextNominal } from '../../src/domain/schedule/next-occurrence.ts';

export const jobCount = 10_000;
export const runCount = 1_000_000;
export const runsOfBusiestJob = 100_000;
export const runsOfPlugin = 400_000;
export const scheduledJobCount = 10_000;
const days = 90;
const runsOfOtherJobs = (runCount - runsOfBusiestJob) / (jobCount - 1);

const steps = [
  [
    'tools',
    `insert into public.tools (tenant_id, name)
     select t.id, 'ツール ' || n from public.tenants t, generate_series(1, 20) n`,
  ],
  [
    'jobs',
    `insert into public.jobs (tenant_id, job_key, title, tool_id, created_at)
     select
       t.id,
       (array['sales', 'stock', 'invoice', 'backup', 'minpaku', 'payroll', 'quotes', 'chatwork'])[1 + n % 8] || '-' || lpad(n::text, 5, '0'),
       (array['売上データ取込', '在庫数同期', '請求書PDF作成', 'ファイルサーババックアップ', 'minpaku-IN レポート作成', '給与データ検証',
         '日足データ取得', 'Chatworkメッセージ同期'])[1 + n % 8] || ' ' || n,
       case when n % 10 < 9 then (select l.id from public.tools l where l.tenant_id = t.id and l.name = 'ツール ' || 1 + n % 20) end,
       now() - interval '${days} days'
     from public.tenants t, generate_series(1, ${jobCount}) n`,
  ],
  [
    // In order of time, as reports arrive: a job's history is then spread over the whole table, as it is for a real page.
    'runs',
    `insert into public.runs
       (tenant_id, job_id, trigger, state, started_at, finished_at, ordered_at, received_at, duration_ms, exit_code, host, message, report_key)
     select
       spread.tenant_id, spread.job_id, 'report', spread.state, spread.at - make_interval(secs => spread.duration_ms / 1000.0),
       spread.at, spread.at, spread.at + interval '80 milliseconds', spread.duration_ms, (spread.state = 'failed')::integer,
       'BATCH-' || lpad((1 + spread.n % 12)::text, 2, '0'),
       case when spread.state = 'failed'
         then 'HTTP 503: サーバーが応答しません (' || spread.k % 4 || ' 回再試行) — 接続がタイムアウトしました'
         else '処理完了: ' || (spread.k * 7919) % 90000 || ' 件' end,
       'run:bench-' || spread.n || '-' || spread.k
     from (
       select
         numbered.tenant_id, numbered.job_id, numbered.n, k,
         -- One job in 80 fails now, and one run in 40 failed.
         case when (numbered.n % 80 = 7 and k = 0) or (numbered.n * 31 + k * 17) % 40 = 3 then 'failed' else 'success' end as state,
         1000 + ((numbered.n * 7919 + k * 104729) % 600000) as duration_ms,
         date_trunc('milliseconds', now()) - interval '1 minute'
           - make_interval(secs => ${days * 86_400} * (k + ((numbered.n * 7919) % 997) / 1000.0) / numbered.runs) as at
       from (
         select
           j.tenant_id, j.id as job_id, row_number() over (order by substring(j.job_key from '\\d+$')) as n,
           case when right(j.job_key, 5) = '00001' then ${runsOfBusiestJob}
             else floor(${runsOfOtherJobs})::integer
               + (right(j.job_key, 5)::integer <= 1 + ${(runCount - runsOfBusiestJob) % (jobCount - 1)})::integer end as runs
         from public.jobs j
         where j.kind = 'external'
       ) numbered,
       generate_series(0::bigint, numbered.runs - 1) k
     ) spread
     order by spread.at`,
  ],
  [
    'plugin',
    `insert into public.plugins (tenant_id, plugin_key, name, kind, manifest)
     select t.id, 'bench', '取引先連携', 'built_in', '{}' from public.tenants t`,
  ],
  [
    'jobs of the plugin',
    `insert into public.jobs (tenant_id, job_key, title, kind, plugin_id, plugin_job_name, created_at)
     select p.tenant_id, 'bench:sync-' || n, '取引先同期 ' || n, 'plugin', p.id, 'sync-' || n, now() - interval '${days} days'
     from public.plugins p, generate_series(1, 4) n
     where p.plugin_key = 'bench'`,
  ],
  [
    'runs of the plugin',
    `insert into public.runs
       (tenant_id, job_id, trigger, state, started_at, finished_at, ordered_at, received_at, duration_ms, events_processed, message)
     select
       j.tenant_id, j.id, 'schedule', case when k % 40 = 3 then 'failed' else 'success' end,
       at, at + make_interval(secs => k % 50), at + make_interval(secs => k % 50), at, 1000 * (k % 50), k % 1000, '処理完了'
     from public.jobs j
     cross join generate_series(1, ${runsOfPlugin / 4}) k
     cross join lateral (select date_trunc('milliseconds', now()) - make_interval(secs => ${days * 86_400 * 4} / ${runsOfPlugin}.0 * k) as at) a
     where j.plugin_id is not null and j.job_key like 'bench:%'
     order by at`,
  ],
  [
    'logs',
    `insert into public.run_logs (run_id, tenant_id, head)
     select r.id, r.tenant_id, repeat('[06:00:00] 行を取り込みました' || chr(10), 40)
     from public.runs r
     where right(r.report_key, 1) = '0'`,
  ],
  [
    'daily totals',
    `insert into public.run_stats_daily
       (job_id, day, tenant_id, success_count, failed_count, duration_count, duration_ms_sum, duration_ms_max,
        success_duration_count, success_duration_ms_sum)
     select
       r.job_id, (r.ordered_at at time zone t.time_zone)::date, r.tenant_id,
       count(*) filter (where r.state = 'success'), count(*) filter (where r.state = 'failed'),
       count(r.duration_ms), sum(r.duration_ms), max(r.duration_ms),
       count(r.duration_ms) filter (where r.state = 'success'), coalesce(sum(r.duration_ms) filter (where r.state = 'success'), 0)
     from public.runs r join public.tenants t on t.id = r.tenant_id
     group by 1, 2, 3
     order by 2, 1`,
  ],
  // The triggers that maintain these are disabled together with the foreign keys.
  [
    'totals',
    `insert into public.run_totals_daily
       (tenant_id, plugin_id, day, is_folded, success_count, failed_count, canceled_count, success_events_sum,
        success_duration_count, success_duration_ms_sum)
     select
       s.tenant_id, j.plugin_id, s.day, true, sum(s.success_count), sum(s.failed_count), sum(s.canceled_count),
       sum(s.success_events_sum), sum(s.success_duration_count), sum(s.success_duration_ms_sum)
     from public.run_stats_daily s join public.jobs j on j.id = s.job_id
     group by 1, 2, 3`,
  ],
  [
    'job status',
    `insert into public.job_status (tenant_id, job_id, job_key, title, tool_id, last_status, last_finished_at, last_ordered_at, last_message, updated_at)
     select j.tenant_id, j.id, j.job_key, j.title, j.tool_id, case newest.state when 'success' then 'success' else 'error' end,
       newest.finished_at, newest.ordered_at, newest.message, newest.received_at
     from public.jobs j
     cross join lateral (
       select r.state, r.finished_at, r.ordered_at, r.message, r.received_at
       from public.runs r where r.job_id = j.id order by r.ordered_at desc, r.id desc limit 1
     ) newest`,
  ],
  [
    'texts to search',
    `insert into public.job_search_texts (job_id, tenant_id, name_text, message_text)
     select j.id, j.tenant_id, private.searchable(j.job_key || E'\\n' || j.title), private.searchable(coalesce(s.last_message, ''))
     from public.jobs j left join public.job_status s on s.job_id = j.id
     where j.kind = 'external'`,
  ],
  [
    'latest runs',
    `update public.jobs j set latest_run_id = newest.id, latest_ordered_at = newest.ordered_at
     from public.jobs same
     cross join lateral (
       select r.id, r.ordered_at from public.runs r where r.job_id = same.id order by r.ordered_at desc, r.id desc limit 1
     ) newest
     where same.id = j.id`,
  ],
  // Some runs must be in progress, or the list has nothing to join.
  [
    'running',
    `insert into public.runs (tenant_id, job_id, trigger, state, started_at, ordered_at, host, report_key)
     select j.tenant_id, j.id, 'report', 'running', now() - interval '2 minutes', now() - interval '2 minutes', 'BATCH-01', 'run:bench-running'
     from public.jobs j where right(j.job_key, 2) = '42'`,
  ],
];

/**
 * Returns what gives a company jobs of the portal with schedules, and a hundred instants of the past for each.
 * @param {string} tenantId
 * @param {{ jobs: number, areAllDifferent: boolean }} options
 */
const scheduleSteps = (tenantId, { jobs, areAllDifferent }) => [
  [
    'plugins with schedules',
    `insert into public.plugins (tenant_id, plugin_key, name, kind, manifest)
     select '${tenantId}', 'scheduled-' || n, '定期処理 ' || n, 'built_in',
       jsonb_build_object('jobs', jsonb_build_array(jsonb_build_object('name', 'sync', 'title', '同期')))
     from generate_series(1, 20) n`,
  ],
  [
    'scheduled jobs',
    `insert into public.jobs (tenant_id, job_key, title, kind, plugin_id, plugin_job_name, created_at)
     select p.tenant_id, p.plugin_key || ':' || lpad(n::text, 5, '0'), '夜間連携 ' || n, 'plugin', p.id, 'sync',
       now() - interval '${days} days'
     from generate_series(1, ${jobs}) n
     join public.plugins p on p.plugin_key = 'scheduled-' || 1 + n % 20 and p.tenant_id = '${tenantId}'`,
  ],
  [
    'names of scheduled jobs',
    `insert into public.job_search_texts (job_id, tenant_id, name_text, message_text)
     select j.id, j.tenant_id, private.searchable(j.job_key || E'\\n' || j.title), ''
     from public.jobs j where j.tenant_id = '${tenantId}' and j.job_key like 'scheduled-%'`,
  ],
  [
    // As companies have them: most once a day in the night, some each hour, some every few minutes, some each week or month.
    'schedules',
    `insert into public.schedules (tenant_id, job_id, schedule_type, cron_expression, interval_seconds, anchor_at, spread_seconds)
     select
       j.tenant_id, j.id, case when n % 20 = 19 then 'interval' else 'cron' end,
       case
         when ${areAllDifferent} then format('%s %s,%s * * *', n % 60, n / 60 % 24, n / 1440)
         when n % 20 < 10 then format('%s %s * * *', n * 7 % 60, n * 11 % 24)
         when n % 20 < 13 then format('%s %s * * 1-5', n * 3 % 12 * 5, 6 + n % 14)
         when n % 20 < 16 then format('%s * * * *', n * 13 % 60)
         when n % 20 < 18 then format('*/%s * * * *', (array[5, 10, 15, 20, 30])[1 + n % 5])
         when n % 20 < 19 then format('0 %s L * *', n % 24)
       end,
       case when n % 20 = 19 then 60 * (1 + n % 300) end,
       case when n % 20 = 19 then date_trunc('day', now()) - interval '10 days' + make_interval(secs => n % 3600) end,
       case when n % 50 = 0 then 600 else 0 end
     from public.jobs j
     cross join lateral (select right(j.job_key, 5)::integer as n) numbered
     where j.tenant_id = '${tenantId}' and j.job_key like 'scheduled-%'`,
  ],
  [
    'instants of the past',
    `insert into public.occurrences (tenant_id, job_id, schedule_id, nominal_at, through_nominal_at, due_at, state, reason)
     select s.tenant_id, s.job_id, s.id, at, at, at, 'skipped', 'globally_disabled'
     from public.schedules s, generate_series(1, 100) k
     cross join lateral (select date_trunc('minute', now()) - make_interval(hours => k * 20) as at) a
     where s.tenant_id = '${tenantId}'`,
  ],
];

/**
 * @param {import('postgres').Sql} sql as the superuser
 * @param {string[][]} steps
 * @param {(text: string) => void} say
 */
async function fill(sql, steps, say) {
  for (const [name, statement] of steps) {
    const started = Date.now();
    const count = await sql.begin(async (transaction) => {
      // Foreign keys and audit rows are not measured here.
      await transaction`set local session_replication_role = replica`;
      await transaction`set local synchronous_commit = off`;
      await transaction`set local work_mem = '256MB'`;
      return (await transaction.unsafe(String(statement))).count;
    });
    say(`${count} ${name} (${((Date.now() - started) / 1_000).toFixed(1)} s)`);
  }
}

/**
 * @param {import('postgres').Sql} sql as the superuser
 * @param {(text: string) => void} say
 */
export async function fillPortal(sql, say) {
  await fill(sql, steps, say);
  const [tenant] = await sql`select id from public.tenants`;
  await fill(
    sql,
    scheduleSteps(String(tenant?.id), { jobs: scheduledJobCount, areAllDifferent: false }),
    say,
  );
  await sql`vacuum analyze`;
}

/**
 * Adds a company that has only scheduled jobs, with its admin; does nothing if it exists.
 * @param {import('postgres').Sql} sql as the superuser
 * @param {{ name: string, jobs: number, areAllDifferent: boolean, signUp: () => Promise<{ id: string, email: string }> }} company
 * @param {(text: string) => void} say
 */
export async function addCompany(sql, { name, jobs, areAllDifferent, signUp }, say) {
  if ((await sql`select from public.tenants where name = ${name}`).length > 0) return;
  const { id, email } = await signUp();
  const [tenant] = await sql`insert into public.tenants (name) values (${name}) returning id`;
  await sql`
    insert into public.members (tenant_id, user_id, role, email) values (${tenant?.id}, ${id}, 'admin', ${email})`;
  await fill(sql, scheduleSteps(String(tenant?.id), { jobs, areAllDifferent }), say);
  await sql`vacuum analyze`;
}

/**
 * Gives each schedule its next instant, as ticks would have left it: no worker runs here, because its ticks would be load.
 * @param {import('postgres').Sql} sql
 */
export async function planSchedules(sql) {
  const rows = await sql`
    select id, schedule_type, cron_expression, time_zone, interval_seconds, anchor_at from public.schedules`;
  const now = new Date();
  const planned = rows.map((row) => ({
    id: String(row.id),
    at: nextNominal(
      row.schedule_type === 'interval'
        ? { type: 'interval', seconds: row.interval_seconds, anchorAt: row.anchor_at }
        : { type: 'cron', expression: row.cron_expression, timeZone: row.time_zone },
      now,
    ),
  }));
  await sql`
    update public.schedules s
    set next_nominal_at = n.at, next_due_at = n.at + make_interval(secs => least(s.spread_seconds, 300) * random())
    from jsonb_to_recordset(${sql.json(planned)}) n (id uuid, at timestamptz)
    where s.id = n.id`;
}

/**
 * Returns the paths to measure: first pages, and pages deep in the lists.
 * @param {import('postgres').Sql} sql
 */
export async function findPlaces(sql) {
  const [busiest] = await sql`
    select job_id from public.job_status where right(job_key, 5) = '00001'`;
  /** @param {number} offset */
  const runAt = async (offset) => {
    const [run] = await sql`
      select id, to_char(ordered_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as at
      from public.runs where job_id = ${busiest?.job_id} order by ordered_at desc, id desc offset ${offset} limit 1`;
    return { id: String(run?.id), cursor: `${run?.at}~${run?.id}` };
  };
  const [status] = await sql`
    select id, shown_state, to_char(last_ordered_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as at
    from public.job_status order by shown_state, last_ordered_at desc, id desc offset ${jobCount * 0.9} limit 1`;
  const [job] = await sql`select job_key from public.jobs order by job_key offset ${jobCount * 0.9} limit 1`;
  const [plugin] = await sql`select id from public.plugins where plugin_key = 'bench'`;
  const [scheduled] = await sql`
    select j.id, j.plugin_id, o.nominal_at
    from public.jobs j join public.jobs b on b.tenant_id = j.tenant_id and b.job_key = 'bench:sync-1'
    join public.occurrences o on o.job_id = j.id
    where j.job_key = 'scheduled-2:00001'
    limit 1`;
  const [tool] = await sql`select id from public.tools order by name limit 1`;
  return {
    busiestJob: String(busiest?.job_id),
    newestRun: await runAt(0),
    deepRun: await runAt(runsOfBusiestJob * 0.9),
    jobStatusCursor: `${status?.shown_state}~${status?.at}~${status?.id}`,
    jobCursor: String(job?.job_key),
    tool: String(tool?.id),
    plugin: String(plugin?.id),
    scheduledJob: String(scheduled?.id),
    scheduledPlugin: String(scheduled?.plugin_id),
  };
}
