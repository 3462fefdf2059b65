import { beforeAll, describe, expect, it, vi } from 'vitest';
import { warnOfLongRuns } from '#features/execution/warn-of-long-runs.ts';
import { listJobs, listRuns, listUnfinishedRuns } from '#features/jobs/queries.ts';
import { getRun } from '#features/runs/queries.ts';
import { listAllRuns } from '#features/runs/run-list.ts';
import { listPluginJobs } from '#features/scheduler/queries.ts';
import { sql } from '#testing/database/clients.ts';
import { makeJob, ofPlugin } from '#testing/jobs/make-job.ts';
import { makePlugin } from '#testing/plugins/make-plugin.ts';
import { makeRun } from '#testing/runs/make-run.ts';
import { memberOf } from '#testing/tenants/act-as.ts';
import { makeTenant, type TestTenant } from '#testing/tenants/make-tenant.ts';

const ago = (minutes: number) => new Date(Date.now() - minutes * 60_000).toISOString();
const running = (minutes: number, trigger = 'schedule') => ({
  state: 'running',
  trigger,
  started_at: ago(minutes),
  received_at: ago(minutes),
  ordered_at: ago(minutes),
});

let tenant: TestTenant;
/** Each job has one run; `isLong` says whether it must be shown with a warning. */
let cases: { name: string; jobId: string; runId: string; isPlugin: boolean; isLong: boolean }[];

beforeAll(async () => {
  tenant = await makeTenant();
  const plugin = ofPlugin(await makePlugin(tenant.id));
  const setups = [
    { name: 'own, 61 minutes', job: plugin, run: running(61), isLong: true },
    { name: 'own, 10 minutes', job: plugin, run: running(10), isLong: false },
    {
      name: 'own, timeout of 2 hours',
      job: { ...plugin, timeout_seconds: 7_200 },
      run: running(61),
      isLong: false,
    },
    {
      name: 'own, expected within 5 minutes',
      job: { ...plugin, max_run_seconds: 300 },
      run: running(6),
      isLong: true,
    },
    { name: 'script without an end', job: {}, run: running(61, 'report'), isLong: true },
    {
      name: 'script expected within a day',
      job: { max_run_seconds: 86_400 },
      run: running(61, 'report'),
      isLong: false,
    },
    {
      name: 'script that ended after 2 hours',
      job: {},
      run: { ...running(120, 'report'), state: 'success', finished_at: ago(1), ordered_at: ago(1) },
      isLong: false,
    },
  ];
  cases = await Promise.all(
    setups.map(async ({ name, job, run, isLong }) => {
      const jobId = await makeJob(tenant.id, { title: name, job_key: name.replaceAll(/\W+/g, '-'), ...job });
      const runId = await makeRun(tenant.id, jobId, run);
      return { name, jobId, runId, isPlugin: 'plugin_id' in job, isLong };
    }),
  );
});

describe('a run that takes too long [rule 9: kinds of incident]', () => {
  it('is marked in every list and on its page, and no other run is', async () => {
    const member = memberOf(tenant);
    const expected = (shown: typeof cases) =>
      Object.fromEntries(shown.map(({ name, isLong }) => [name, isLong]));
    const all = await listAllRuns(
      member,
      { jobId: null, pluginId: null, state: null, trigger: null, from: null, to: null },
      null,
    );
    expect(Object.fromEntries(all.items.map((run) => [String(run.job.title), run.isRunningLong]))).toEqual(
      expected(cases),
    );
    const jobs = await listJobs(member, { toolId: null, state: null, search: '' }, null);
    expect(
      Object.fromEntries(jobs.items.map((job) => [String(job.title), job.running?.isRunningLong ?? false])),
    ).toEqual(expected(cases));
    const plugins = await listPluginJobs(member);
    expect(
      Object.fromEntries(plugins.items.map((job) => [job.storedTitle, job.latestRun?.isRunningLong])),
    ).toEqual(expected(cases.filter(({ isPlugin }) => isPlugin)));
    for (const { name, jobId, runId, isLong } of cases) {
      expect((await getRun(member, runId)).isRunningLong, name).toBe(isLong);
      const history = await listRuns(member, jobId, { outcome: null, from: null, to: null }, null);
      expect(
        history.items.map(({ isRunningLong }) => isRunningLong),
        name,
      ).toEqual([isLong]);
      const unfinished = await listUnfinishedRuns(member, jobId);
      expect(
        unfinished.some(({ isRunningLong }) => isRunningLong),
        name,
      ).toBe(isLong);
    }
  });

  it('is logged once, until it is over', async () => {
    const written = vi.spyOn(process.stdout, 'write').mockReturnValue(true);
    const logged = () =>
      written.mock.calls
        .map(([line]) => String(line))
        .filter((line) => line.includes('"run_takes_long"'))
        .map((line) => JSON.parse(line) as { level: string; run_id: string; job_key: string });
    const ours = cases.map(({ runId }) => runId);
    const loggedOfOurs = () =>
      logged()
        .map(({ run_id: id }) => id)
        .filter((id) => ours.includes(id))
        .sort();
    const long = cases.filter(({ isLong }) => isLong).map(({ runId }) => runId);
    // Other tests have left runs in the same database.
    const { long: count } = await warnOfLongRuns();
    expect(loggedOfOurs()).toEqual([...long].sort());
    expect(logged().every(({ level }) => level === 'warn')).toBe(true);
    await warnOfLongRuns();
    expect(loggedOfOurs()).toHaveLength(long.length);
    await sql`update public.runs set state = 'success', finished_at = now() where id = ${long[0]!}`;
    expect(await warnOfLongRuns()).toEqual({ long: count - 1 });
    written.mockRestore();
  });
});
