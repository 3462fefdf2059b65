import { cache } from 'react';
import { z } from 'zod';
import { type RunLog, runLogColumns, toRunLog } from '#data/run-log-row.ts';
import { type Run, runColumns, toRun } from '#data/run-row.ts';
import { toLocalizedText } from '#data/localized-text.ts';
import { unwrap, unwrapMaybe } from '#data/unwrap.ts';
import { NotFoundError } from '#domain/errors.ts';
import type { LocalizedText } from '#domain/plugin/payload-schema.ts';
import type { Actor } from '#auth/actor.ts';

/** A run with its job and its log. */
export interface RunDetail extends Run {
  job: { id: string; jobKey: string; title: LocalizedText };
  log: RunLog | null;
}

/** @throws NotFoundError for another tenant's run, too */
export async function getRun({ client, tenantId }: Actor, id: string): Promise<RunDetail> {
  if (!z.guid().safeParse(id).success) throw new NotFoundError('Not found');
  const row = unwrap(
    await client
      .from('runs')
      .select(`${runColumns}, jobs!inner(id, job_key, title, titles), run_logs(${runLogColumns})`)
      .eq('tenant_id', tenantId)
      .eq('id', id)
      .single(),
  );
  return {
    ...toRun(row),
    job: {
      id: row.jobs.id,
      jobKey: row.jobs.job_key,
      title: toLocalizedText(row.jobs.title, row.jobs.titles),
    },
    log: row.run_logs ? toRunLog(row.run_logs) : null,
  };
}

/** Like `getRun`, but once per request: the page's title needs the run, too. */
export const getRunOnce = cache((member: Actor, id: string) => getRun(member, id));

async function findNeighbour(
  { client }: Actor,
  run: Run,
  direction: 'newer' | 'older',
): Promise<string | null> {
  const isNewer = direction === 'newer';
  const beyond = isNewer ? 'gt' : 'lt';
  const rows = unwrap(
    await client
      .from('runs')
      .select('id')
      .eq('job_id', run.jobId)
      .filter('ordered_at', isNewer ? 'gte' : 'lte', run.orderedAt)
      .or(`ordered_at.${beyond}."${run.orderedAt}",id.${beyond}.${run.id}`)
      .order('ordered_at', { ascending: isNewer })
      .order('id', { ascending: isNewer })
      .limit(1),
  );
  return rows[0]?.id ?? null;
}

/** Returns the ids of the runs just before and after this one in the job's history. */
export async function findNeighbours(
  member: Actor,
  run: Run,
): Promise<{ newer: string | null; older: string | null }> {
  const [newer, older] = await Promise.all([
    findNeighbour(member, run, 'newer'),
    findNeighbour(member, run, 'older'),
  ]);
  return { newer, older };
}

/** Who reported a run: the environment's secret, or a key, whose name only admins may see. */
export type Reporter =
  | { kind: 'secret' }
  | { kind: 'key' }
  | { kind: 'namedKey'; name: string; prefix: string }
  | { kind: 'deletedKey' };

/** Returns the reporter of a run, as far as this member may know it. */
export async function readReporter(
  { client, tenantId, role }: Actor,
  apiKeyId: string | null,
): Promise<Reporter> {
  if (apiKeyId === null) return { kind: 'secret' };
  if (role !== 'admin') return { kind: 'key' };
  const key = unwrapMaybe(
    await client
      .from('api_keys')
      .select('name, prefix')
      .eq('tenant_id', tenantId)
      .eq('id', apiKeyId)
      .maybeSingle(),
  );
  return key ? { kind: 'namedKey', ...key } : { kind: 'deletedKey' };
}
