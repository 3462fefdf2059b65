// @ts-check
// Fills a portal's first tenant with 10,000 jobs and 1,000,000 runs, and a plugin with 400,000 more, directly in SQL:
// sending reports would take minutes.

export const jobCount = 10_000;
export const runCount = 1_000_000;
export const runsOfBusiestJob = 100_000;
export const runsOfPlugin = 400_000;
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
    `insert into public.job_status (tenant_id, job_id, job_key, title, tool_id, last_status, last_finished_at, last_message, updated_at)
     select j.tenant_id, j.id, j.job_key, j.title, j.tool_id, case newest.state when 'success' then 'success' else 'error' end,
       newest.finished_at, newest.message, newest.received_at
     from public.jobs j
     cross join lateral (
       select r.state, r.finished_at, r.message, r.received_at
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
 * @param {import('postgres').Sql} sql as the superuser
 * @param {(text: string) => void} say
 */
export async function fillPortal(sql, say) {
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
  await sql`vacuum analyze`;
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
    select id, last_status, to_char(last_finished_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as at
    from public.job_status order by last_status, last_finished_at desc, id desc offset ${jobCount * 0.9} limit 1`;
  const [job] = await sql`select job_key from public.jobs order by job_key offset ${jobCount * 0.9} limit 1`;
  const [plugin] = await sql`select id from public.plugins where plugin_key = 'bench'`;
  const [tool] = await sql`select id from public.tools order by name limit 1`;
  return {
    busiestJob: String(busiest?.job_id),
    newestRun: await runAt(0),
    deepRun: await runAt(runsOfBusiestJob * 0.9),
    jobStatusCursor: `${status?.last_status}~${status?.at}~${status?.id}`,
    jobCursor: String(job?.job_key),
    tool: String(tool?.id),
    plugin: String(plugin?.id),
  };
}
