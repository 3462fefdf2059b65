// @ts-check
// Fills the first tenant with a realistic company: 40 jobs, 90 days of runs, a few failing jobs, and some that the portal
// runs itself. `npm start -- --demo` runs this. Running it again only adds the runs since the last time.
import { createClient } from '@supabase/supabase-js';
import { fromSchedule } from '../src/data/schedule-row.ts';
import { nextNominal } from '../src/domain/schedule/next-occurrence.ts';
import { parsePolicies } from '../src/domain/schedule/parse-policies.ts';
import { parseSchedule } from '../src/domain/schedule/parse-schedule.ts';
import { syncBuiltInPlugins } from '../src/features/plugins/sync-built-in-plugins.ts';

const days = 90;
const reportsPerCall = 500;
const hour = 3_600_000;
const day = 24 * hour;
// Japan has no daylight saving time, so its offset is fixed.
const japanOffset = 9 * hour;

/**
 * @typedef {object} DemoJob
 * @property {string} key
 * @property {string} title
 * @property {string} tool
 * @property {string} host
 * @property {'hourly' | 'daily' | 'weekdays' | 'weekly' | 'monthly'} rhythm
 * @property {number} at hour and minute in Japan as a decimal, e.g. 6.5
 * @property {number} seconds typical run time
 * @property {number} failureRate
 * @property {string} done message of a success; {n} becomes a number
 * @property {string} [failsNow] message with which its newest runs fail
 */

/** @type {(key: string, title: string, tool: string, host: string, rhythm: DemoJob['rhythm'], at: number, seconds: number, failureRate: number, done: string, failsNow?: string) => DemoJob} */
const job = (key, title, tool, host, rhythm, at, seconds, failureRate, done, failsNow) => ({
  key,
  title,
  tool,
  host,
  rhythm,
  at,
  seconds,
  failureRate,
  done,
  ...(failsNow ? { failsNow } : {}),
});

const jobs = [
  job(
    'minpaku-in-report',
    'minpaku-IN レポート作成',
    '民泊管理',
    'OFFICE-PC-03',
    'daily',
    6,
    48,
    0.02,
    '処理完了: {n} 件',
    'ログインに失敗しました: パスワードの有効期限が切れています',
  ),
  job(
    'minpaku-out-report',
    'minpaku-OUT レポート作成',
    '民泊管理',
    'OFFICE-PC-03',
    'daily',
    6.25,
    52,
    0.02,
    '処理完了: {n} 件',
  ),
  job(
    'minpaku-calendar-sync',
    '民泊カレンダー同期',
    '民泊管理',
    'OFFICE-PC-03',
    'hourly',
    0.1,
    21,
    0.01,
    '{n} 部屋を同期',
  ),
  job(
    'cleaning-schedule-mail',
    '清掃予定メール送信',
    '民泊管理',
    'OFFICE-PC-03',
    'daily',
    17,
    12,
    0.01,
    '{n} 通を送信',
  ),
  job(
    'sales-daily-import',
    '売上データ取込（日次）',
    '販売管理',
    'BATCH-01',
    'daily',
    2.5,
    310,
    0.03,
    '{n} 行を取込',
  ),
  job(
    'sales-monthly-close',
    '売上月次締め',
    '販売管理',
    'BATCH-01',
    'monthly',
    3,
    1450,
    0.05,
    '{n} 伝票を確定',
  ),
  job('invoice-pdf', '請求書PDF作成', '販売管理', 'BATCH-01', 'weekdays', 7, 260, 0.02, '{n} 枚を作成'),
  job('invoice-mail', '請求書メール送信', '販売管理', 'BATCH-01', 'weekdays', 9, 95, 0.02, '{n} 通を送信'),
  job(
    'order-edi-receive',
    'EDI受注データ受信',
    '販売管理',
    'BATCH-01',
    'hourly',
    0.25,
    34,
    0.02,
    '{n} 件を受信',
  ),
  job(
    'stock-sync',
    '在庫数同期（ECサイト）',
    '在庫管理',
    'BATCH-01',
    'hourly',
    0.5,
    44,
    0.03,
    '{n} 商品を更新',
    'HTTP 503: ECサイトが応答しません (3 回再試行)',
  ),
  job('stock-alert', '在庫不足アラート', '在庫管理', 'BATCH-01', 'daily', 8, 15, 0.01, '不足 {n} 商品'),
  job('warehouse-csv', '倉庫出荷指示CSV', '在庫管理', 'BATCH-01', 'weekdays', 10, 40, 0.02, '{n} 件を出力'),
  job('price-list-update', '価格表更新', '在庫管理', 'BATCH-01', 'weekly', 4, 180, 0.02, '{n} 品目'),
  job('bank-statement', '銀行入出金明細取得', '会計', 'ACCT-PC-01', 'weekdays', 8.5, 66, 0.04, '{n} 明細'),
  job('expense-export', '経費精算エクスポート', '会計', 'ACCT-PC-01', 'weekdays', 19, 31, 0.01, '{n} 件'),
  job('journal-import', '仕訳取込', '会計', 'ACCT-PC-01', 'daily', 3.5, 120, 0.02, '{n} 仕訳'),
  job('payroll-check', '給与データ検証', '会計', 'ACCT-PC-01', 'monthly', 5, 520, 0.03, '{n} 名を確認'),
  job('tax-rate-watch', '税率マスタ確認', '会計', 'ACCT-PC-01', 'weekly', 6, 9, 0, '変更なし ({n} 件)'),
  job('attendance-sync', '勤怠データ同期', '人事', 'HR-SRV', 'daily', 1, 77, 0.02, '{n} 名'),
  job('attendance-alert', '打刻漏れ通知', '人事', 'HR-SRV', 'weekdays', 9.5, 8, 0.01, '{n} 名に通知'),
  job('new-hire-accounts', '入社者アカウント作成', '人事', 'HR-SRV', 'weekly', 7, 35, 0.02, '{n} 名'),
  job('listed-companies', '上場企業情報取得', '市場データ', 'DATA-01', 'daily', 6, 140, 0.02, '{n} 社'),
  job('daily-quotes', '日足データ取得', '市場データ', 'DATA-01', 'weekdays', 18, 900, 0.03, '{n} 銘柄'),
  job('fx-rates', '為替レート取得', '市場データ', 'DATA-01', 'hourly', 0.05, 4, 0.01, '{n} 通貨'),
  job('news-digest', 'ニュース要約作成', '市場データ', 'DATA-01', 'weekdays', 7.5, 210, 0.03, '{n} 記事'),
  job('chatwork-rooms', 'Chatworkルーム同期', '社内連携', 'DATA-01', 'daily', 4, 26, 0.01, '{n} ルーム'),
  job(
    'chatwork-messages',
    'Chatworkメッセージ同期',
    '社内連携',
    'DATA-01',
    'daily',
    4.5,
    330,
    0.03,
    '{n} 件',
  ),
  job('summary-draft', 'サマリー下書き作成', '社内連携', 'DATA-01', 'weekdays', 8, 95, 0.04, '{n} 社分'),
  job(
    'shared-drive-cleanup',
    '共有ドライブ整理',
    '社内基盤',
    'FILE-SRV',
    'weekly',
    22,
    1900,
    0.02,
    '{n} ファイルを移動',
  ),
  job(
    'backup-files',
    'ファイルサーババックアップ',
    '社内基盤',
    'FILE-SRV',
    'daily',
    0.5,
    4200,
    0.02,
    '{n} GB',
    'rsync: [sender] write error: No space left on device (28)',
  ),
  job('backup-database', 'データベースバックアップ', '社内基盤', 'DB-01', 'daily', 1.5, 780, 0.01, '{n} GB'),
  job('backup-verify', 'バックアップ復元検証', '社内基盤', 'DB-01', 'weekly', 5, 2400, 0.03, '{n} 表を照合'),
  job('log-rotate', 'ログ圧縮', '社内基盤', 'WEB-01', 'daily', 0.25, 22, 0, '{n} ファイル'),
  job('cert-expiry', '証明書期限チェック', '社内基盤', 'WEB-01', 'daily', 9, 6, 0, '{n} 件 有効'),
  job(
    'link-check',
    'Webサイトリンク切れ確認',
    'Webサイト',
    'WEB-01',
    'weekly',
    3,
    640,
    0.05,
    '{n} ページ',
    'リンク切れ 4 件: /recruit/2025, /news/0412 ほか',
  ),
  job('sitemap', 'サイトマップ生成', 'Webサイト', 'WEB-01', 'daily', 5, 18, 0, '{n} URL'),
  job('analytics-export', 'アクセス解析エクスポート', 'Webサイト', 'WEB-01', 'daily', 7, 58, 0.02, '{n} 行'),
  job('contact-form-export', '問い合わせ取込', 'Webサイト', 'WEB-01', 'weekdays', 12, 7, 0.01, '{n} 件'),
  job('weather-import', '気象データ取得', '市場データ', 'DATA-01', 'daily', 5.5, 16, 0.02, '{n} 地点'),
  job('office-lights', '事務所照明オフ確認', '社内基盤', 'OFFICE-PC-03', 'weekdays', 21, 3, 0.01, '{n} 系統'),
];

const failures = [
  'タイムアウト: 300 秒以内に応答がありませんでした',
  'ConnectionResetError: [WinError 10054] 既存の接続はリモート ホストに強制的に切断されました。',
  "FileNotFoundError: [Errno 2] No such file or directory: 'D:\\\\data\\\\in\\\\latest.csv'",
  "UnicodeDecodeError: 'cp932' codec can't decode byte 0x87 in position 12",
  'HTTP 500: サーバー内部エラー',
];

/** A small seeded generator (mulberry32), so that everybody sees the same company. */
let seed = 20_261_121;
function random() {
  seed = (seed + 0x6d2b79f5) | 0;
  let mixed = Math.imul(seed ^ (seed >>> 15), 1 | seed);
  mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
  return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
}

/** @param {DemoJob} job @param {number} now @returns {number[]} starts in the past 90 days, oldest first */
function startsOf(job, now) {
  const starts = [];
  const firstDay = Math.floor((now + japanOffset) / day) - days + 1;
  for (let index = 0; index < days; index += 1) {
    const midnight = (firstDay + index) * day - japanOffset;
    const date = new Date(midnight + japanOffset);
    const weekday = date.getUTCDay();
    if (job.rhythm === 'weekdays' && (weekday === 0 || weekday === 6)) continue;
    if (job.rhythm === 'weekly' && weekday !== 1) continue;
    if (job.rhythm === 'monthly' && date.getUTCDate() !== 1) continue;
    const times = job.rhythm === 'hourly' ? Array.from({ length: 24 }, (_, at) => at + job.at) : [job.at];
    for (const at of times) starts.push(midnight + at * hour);
  }
  return starts;
}

/** @param {DemoJob} job @param {number} now @param {string | undefined} toolId */
function reportsOf(job, now, toolId) {
  const starts = startsOf(job, now);
  const finished = starts.filter((start) => start + 20_000 + job.seconds * 1_500 <= now).length;
  const failingSince = job.failsNow ? finished - 1 - Math.floor(random() * 3) : starts.length;
  return starts.flatMap((start, index) => {
    const [wobble, luck, size, lag, pick] = [random(), random(), random(), random(), random()];
    const durationMs = Math.round(job.seconds * (0.7 + 0.6 * wobble + (index / starts.length) * 0.2) * 1000);
    const startedAt = start + lag * 20_000;
    if (startedAt + durationMs > now) return [];
    const isFailed = index >= failingSince || luck < job.failureRate;
    const message = isFailed
      ? index >= failingSince && job.failsNow
        ? job.failsNow
        : failures[Math.floor(pick * failures.length)]
      : job.done.replace('{n}', String(10 + Math.floor(size * 900)));
    const startedText = new Date(startedAt + japanOffset).toISOString().slice(11, 19);
    const lines = [
      `[${startedText}] 開始: ${job.title}`,
      `[${startedText}] 設定を読み込みました (${job.host})`,
    ];
    if (isFailed)
      lines.push(
        'Traceback (most recent call last):',
        `  File "main.py", line ${40 + Math.floor(size * 200)}, in main`,
        String(message),
      );
    else lines.push(String(message), '終了コード 0');
    return [
      {
        kind: 'finish',
        job_key: job.key,
        title: job.title,
        state: isFailed ? 'failed' : 'success',
        started_at: new Date(startedAt).toISOString(),
        finished_at: new Date(startedAt + durationMs).toISOString(),
        duration_ms: durationMs,
        report_key: `run:demo-${start}`,
        tool_id: toolId ?? null,
        message,
        exit_code: isFailed ? 1 : 0,
        host: job.host,
        log: { head: lines.join('\n') },
        metrics: { items: 10 + Math.floor(size * 900) },
      },
    ];
  });
}

const { NEXT_PUBLIC_SUPABASE_URL: url, SUPABASE_SECRET_KEY: key } = process.env;
if (!url || !key)
  throw new Error('NEXT_PUBLIC_SUPABASE_URL and SUPABASE_SECRET_KEY are missing: run `npm start -- --demo`');
const supabase = createClient(url, key, { auth: { persistSession: false, autoRefreshToken: false } });

const tenant = await supabase
  .from('tenants')
  .select('id')
  .order('created_at')
  .limit(1)
  .single()
  .throwOnError();
const tenantId = tenant.data.id;
const toolNames = [...new Set(jobs.map(({ tool }) => tool))];
const tools = await supabase
  .from('tools')
  .upsert(
    toolNames.map((name) => ({ tenant_id: tenantId, name })),
    { onConflict: 'tenant_id,name' },
  )
  .select('id, name')
  .throwOnError();
const toolIds = new Map(tools.data.map((tool) => [tool.name, tool.id]));

const now = Date.now();
// Make the jobs as old as their history.
await supabase
  .from('jobs')
  .upsert(
    jobs.map(({ key, title }) => ({
      tenant_id: tenantId,
      job_key: key,
      title,
      created_at: new Date(now - days * day).toISOString(),
    })),
    { onConflict: 'tenant_id,job_key', ignoreDuplicates: true },
  )
  .throwOnError();
const reports = jobs.flatMap((job) => reportsOf(job, now, toolIds.get(job.tool)));
for (let from = 0; from < reports.length; from += reportsPerCall) {
  const batch = reports
    .slice(from, from + reportsPerCall)
    .map((report, position) => ({ position, tenant_id: tenantId, ...report }));
  await supabase.rpc('record_reports', { p_reports: batch }).throwOnError();
  const done = Math.min(from + reportsPerCall, reports.length);
  process.stdout.write(`  ${done} / ${reports.length} runs\n`);
}

// Jobs that the portal runs itself: a few jobs of the built-in plugins with schedules, each started once; one of them fails.
await syncBuiltInPlugins({ now: new Date() });
const plugins = await supabase
  .from('plugins')
  .select('id, plugin_key')
  .eq('tenant_id', tenantId)
  .throwOnError();
const pluginIds = new Map(plugins.data.map(({ id, plugin_key: key }) => [key, id]));

const portalJobs = [
  {
    key: 'portal-morning-check',
    title: '業務開始前の自己診断',
    plugin: 'self-check',
    name: 'check',
    payload: {},
    schedule: { type: 'cron', expression: '0 6 * * 1-5', timeZone: 'Asia/Tokyo' },
  },
  {
    key: 'portal-frequent-check',
    title: '自己診断（10分ごと）',
    plugin: 'self-check',
    name: 'check',
    payload: {},
    schedule: { type: 'interval', seconds: 600, anchorAt: new Date(Math.floor(now / day) * day) },
  },
  {
    key: 'web-booking-ping',
    title: '予約サイトの死活確認',
    plugin: 'http-request',
    name: 'send',
    payload: { url: 'https://yoyaku.example.invalid/health', method: 'GET', expectedStatus: '200' },
    schedule: { type: 'cron', expression: '0 6,9,12,15,18 * * *', timeZone: 'Asia/Tokyo' },
  },
  {
    key: 'month-end-close',
    title: '月末締め処理の起動',
    plugin: 'http-request',
    name: 'send',
    payload: { url: 'https://kaikei.example.invalid/jobs/close', method: 'POST' },
    schedule: { type: 'cron', expression: '30 23 L * *', timeZone: 'Asia/Tokyo' },
    isStarted: false,
  },
];
for (const { key, title, plugin, name, payload, schedule, isStarted = true } of portalJobs) {
  const made = await supabase
    .from('jobs')
    .upsert(
      {
        tenant_id: tenantId,
        job_key: key,
        title,
        kind: 'plugin',
        plugin_id: pluginIds.get(plugin),
        plugin_job_name: name,
        payload,
        timeout_seconds: 60,
        max_attempts: 1,
      },
      { onConflict: 'tenant_id,job_key', ignoreDuplicates: true },
    )
    .select('id')
    .throwOnError();
  const id = made.data[0]?.id;
  if (id === undefined) continue;
  const when = parseSchedule(schedule, { now: new Date(now), misfire: 'once' });
  const policies = parsePolicies({});
  if (!when.ok || !policies.ok) throw new Error(`The schedule of ${key} is invalid`);
  const nextAt = nextNominal(when.schedule, new Date(now))?.toISOString() ?? null;
  await supabase
    .from('schedules')
    .insert({
      ...fromSchedule(when.schedule, policies.policies),
      tenant_id: tenantId,
      job_id: id,
      next_nominal_at: nextAt,
      next_due_at: nextAt,
    })
    .throwOnError();
  if (isStarted) await supabase.rpc('start_run', { p_job_id: id, p_trigger: 'api' }).throwOnError();
}
