import { serviceOf } from './clients.ts';
import { type Company, createCompany } from './company.ts';
import type { PortalFacts } from './portal-facts.ts';
import { findJobIds, recordReports } from './reports.ts';

/** A company with a list of two pages and a job with a history of several. */
export interface SeededCompany extends Company {
  readonly jobCount: number;
  readonly failingCount: number;
  /** The job with the long history. */
  readonly longJobId: string;
  readonly longJobRuns: number;
  /** A failed run of it with a log. */
  readonly failedRunId: string;
  readonly toolName: string;
  readonly hostileJobId: string;
}

export const hostileTitle = '<script>alert("title")</script> & <b>bold</b>';
export const hostileMessage = '<script>document.title = "hacked"</script><img src=x onerror=alert(1)>';
export const failedLog = `06:00:00 start\nTraceback (most recent call last):\n  File "main.py", line 7\n<script>alert("log")</script>\nエラー: 接続できません\n`;

const minute = 60_000;
const day = 24 * 60 * minute;

/** Fills a company for tests that only read. */
export async function seedCompany(portal: PortalFacts): Promise<SeededCompany> {
  const company = await createCompany(portal, '株式会社テスト商事');
  const toolName = '民泊管理';
  const { data: tool } = await serviceOf(portal)
    .from('tools')
    .insert({ tenant_id: company.id, name: toolName, description: '予約と清掃', url: 'https://example.com/' })
    .select('id')
    .single()
    .throwOnError();
  const now = Date.now();
  const at = (ago: number) => new Date(now - ago).toISOString();
  const numbers = (count: number) => Array.from({ length: count }, (_, index) => index);

  const otherJobs = numbers(118).map((index) => ({
    job_key: `job-${String(index).padStart(3, '0')}`,
    title: index % 2 === 0 ? `在庫数同期 ${index}` : `Invoice export ${index}`,
    state: index % 20 === 3 ? ('failed' as const) : ('success' as const),
    message: index % 20 === 3 ? `HTTP 503: ECサイトが応答しません (${index})` : `処理完了: ${index} 件`,
    finished_at: at(5 * minute + index * 7 * minute),
    duration_ms: 1_000 + index * 250,
    host: 'BATCH-01',
    ...(index % 4 === 0 ? { tool_id: tool.id } : {}),
  }));
  const longJobRuns = 180;
  const longJob = numbers(longJobRuns).map((index) => ({
    job_key: 'minpaku-in-report',
    title: 'minpaku-IN レポート作成',
    state: index % 9 === 0 ? ('failed' as const) : ('success' as const),
    message: index % 9 === 0 ? `ログインに失敗しました (${index})` : `処理完了: ${index} 件`,
    finished_at: at(2 * minute + index * (day / 3)),
    duration_ms: 40_000 + (index % 7) * 3_000,
    host: 'OFFICE-PC-03',
    tool_id: tool.id,
    ...(index === 0 ? { log: { head: failedLog } } : {}),
  }));
  const hostile = {
    job_key: 'hostile',
    title: hostileTitle,
    state: 'failed' as const,
    message: hostileMessage,
    finished_at: at(minute),
  };
  const reports = [...otherJobs, ...longJob.reverse(), hostile];
  await recordReports(portal, company.id, reports);

  const ids = await findJobIds(portal, company.id, ['minpaku-in-report', 'hostile']);
  const longJobId = ids.get('minpaku-in-report') ?? '';
  const { data: run } = await serviceOf(portal)
    .from('runs')
    .select('id')
    .eq('job_id', longJobId)
    .order('ordered_at', { ascending: false })
    .limit(1)
    .single()
    .throwOnError();
  return {
    ...company,
    jobCount: otherJobs.length + 2,
    failingCount: otherJobs.filter(({ state }) => state === 'failed').length + 2,
    longJobId,
    longJobRuns,
    failedRunId: run.id,
    toolName,
    hostileJobId: ids.get('hostile') ?? '',
  };
}
