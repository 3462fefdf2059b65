import { beforeAll, describe, expect, it, vi } from 'vitest';
import type { Actor, AdminActor } from '#auth/actor.ts';
import { ConflictError, ForbiddenError, InvalidInputError, NotFoundError } from '#domain/errors.ts';
import type { TitlePageCursor, PagePosition } from '#domain/page-cursor.ts';
import { deleteSchedule } from '#features/scheduler/delete-schedule.ts';
import { previewSchedule } from '#features/scheduler/preview-schedule.ts';
import {
  getPluginJob,
  listOccurrences,
  listPluginJobs,
  readSchedulerStatus,
  readSchedulesOverview,
} from '#features/scheduler/queries.ts';
import { runTick } from '#features/scheduler/run-tick.ts';
import { saveSchedule } from '#features/scheduler/save-schedule.ts';
import { setJobEnabled } from '#features/scheduler/set-job-enabled.ts';
import { setSchedulerEnabled } from '#features/scheduler/set-scheduler-enabled.ts';
import { sql } from '#testing/database/clients.ts';
import type { Columns } from '#testing/database/insert-row.ts';
import { makeJob, ofPlugin } from '#testing/jobs/make-job.ts';
import { walkPages } from '#testing/pages/walk-pages.ts';
import { makePlugin } from '#testing/plugins/make-plugin.ts';
import { actAs, memberOf } from '#testing/tenants/act-as.ts';
import { makeTenant, type TestTenant } from '#testing/tenants/make-tenant.ts';

let mine: TestTenant;
let other: TestTenant;
let admin: AdminActor;
let otherAdmin: AdminActor;
/** Staff, passed as an admin despite the types. */
let staff: AdminActor;

const minutely = { type: 'cron', expression: '* * * * *', timeZone: 'UTC' };
const minutes = (count: number) => count * 60_000;
// All times are in the past, because the database refuses ledger rows in the future.
const base = new Date('2026-03-02T00:00:30Z');
const after = (count: number) => new Date(base.getTime() + minutes(count));

const pluginIds = new Map<string, string>();
const newJob = (tenant = mine) => makeJob(tenant.id, ofPlugin(pluginIds.get(tenant.id) ?? ''));

const scheduleOf = async (jobId: string) =>
  (await sql`select * from public.schedules where job_id = ${jobId}`)[0];
const ledgerOf = async (jobId: string) =>
  (await sql`select * from public.occurrences where job_id = ${jobId} order by nominal_at`).map(
    (row) =>
      `${(row.nominal_at as Date).toISOString().slice(11, 16)} ${row.state} ${row.reason} ×${row.instant_count}`,
  );
const auditOf = (subjectKind: string, tenant = mine) => sql`
  select * from public.audit_log where tenant_id = ${tenant.id} and subject_kind = ${subjectKind} order by id desc`;

/** Keeps a schedule from being due in the ticks of other tests. */
const rest = (jobId: string) =>
  sql`update public.schedules set next_nominal_at = null, next_due_at = null where job_id = ${jobId}`;

beforeAll(async () => {
  vi.spyOn(process.stdout, 'write').mockReturnValue(true);
  [mine, other] = await Promise.all([makeTenant(), makeTenant()]);
  for (const tenant of [mine, other]) {
    pluginIds.set(tenant.id, await makePlugin(tenant.id));
  }
  admin = actAs(mine, mine.admin);
  otherAdmin = actAs(other, other.admin);
  staff = actAs(mine, mine.staff);
});

describe('saving a schedule', () => {
  it('stores it with its first instant after now, changes it in place, and writes audit rows with the user [rule 38: audit log]', async () => {
    const jobId = await newJob();
    const saved = await saveSchedule(
      admin,
      { jobId, schedule: minutely, policies: { overlap: 'queue' } },
      base,
    );
    expect(saved.nextNominalAt).toEqual(new Date('2026-03-02T00:01:00Z'));
    const changed = await saveSchedule(
      admin,
      { jobId, schedule: { type: 'interval', seconds: 90 }, policies: { misfire: 'all', misfireLimit: 5 } },
      after(1),
    );
    expect(changed.scheduleId).toBe(saved.scheduleId);
    expect(await scheduleOf(jobId)).toMatchObject({
      schedule_type: 'interval',
      cron_expression: null,
      interval_seconds: 90,
      misfire_policy: 'all',
      misfire_limit: 5,
    });
    expect(changed.nextNominalAt).toEqual(new Date('2026-03-02T00:03:00Z'));
    const [update, insert] = await auditOf('schedules');
    expect([update!.action, update!.actor_id]).toEqual(['schedules.update', mine.admin.id]);
    expect(insert!.action).toBe('schedules.insert');
    await rest(jobId);
  });

  it('always keeps the offset of its spread', async () => {
    const jobId = await newJob();
    const save = () =>
      saveSchedule(admin, { jobId, schedule: minutely, policies: { spreadSeconds: 50 } }, base);
    const [first, second] = [await save(), await save()];
    expect(second.nextDueAt).toEqual(first.nextDueAt);
    await rest(jobId);
  });

  it('names the invalid fields [rule 17: cron and time zones]', async () => {
    const jobId = await newJob();
    const wrong = { type: 'cron', expression: '61 * * * *', timeZone: 'Mars/Olympus' };
    const refusal = saveSchedule(admin, { jobId, schedule: wrong, policies: { spreadSeconds: -1 } }, base);
    await expect(refusal).rejects.toThrow(InvalidInputError);
    await expect(refusal).rejects.toMatchObject({
      details: [
        { field: 'schedule.expression' },
        { field: 'schedule.timeZone' },
        { field: 'policies.spreadSeconds' },
      ],
    });
  });

  it('runs a one-shot in the past at once or refuses it, as its misfire policy says, and never runs it twice [rule 19: intervals and one-shots]', async () => {
    const jobId = await newJob();
    const schedule = { type: 'one_shot', at: '2026-03-01T00:00:00Z' };
    await expect(
      saveSchedule(admin, { jobId, schedule, policies: { misfire: 'skip' } }, base),
    ).rejects.toMatchObject({
      details: [{ field: 'schedule.at' }],
    });
    expect((await saveSchedule(admin, { jobId, schedule }, base)).nextDueAt).toEqual(new Date(schedule.at));
    await runTick({ now: base });
    expect(await sql`select 1 from public.runs where job_id = ${jobId}`).toHaveLength(1);
    expect((await saveSchedule(admin, { jobId, schedule }, after(1))).nextDueAt).toBeNull();
  });

  it('is only for admins of the company, and for jobs that the portal runs', async () => {
    const jobId = await newJob();
    const input = { jobId, schedule: minutely };
    await expect(saveSchedule(otherAdmin, input)).rejects.toThrow(NotFoundError);
    await expect(saveSchedule(staff, input)).rejects.toThrow(ForbiddenError);
    await expect(saveSchedule(admin, { ...input, jobId: await makeJob(mine.id) })).rejects.toThrow(
      ConflictError,
    );
    expect(await scheduleOf(jobId)).toBeUndefined();
  });
});

describe('deleting a schedule [rule 41: nothing due is lost]', () => {
  it('keeps the ledger; only for admins of the company', async () => {
    const jobId = await newJob();
    await saveSchedule(admin, { jobId, schedule: minutely }, base);
    await runTick({ now: after(1) });
    await expect(deleteSchedule(staff, { jobId })).rejects.toThrow(NotFoundError);
    await expect(deleteSchedule(otherAdmin, { jobId })).rejects.toThrow(NotFoundError);
    await deleteSchedule(admin, { jobId });
    expect(await scheduleOf(jobId)).toBeUndefined();
    expect(await ledgerOf(jobId)).toHaveLength(1);
    await expect(deleteSchedule(admin, { jobId })).rejects.toThrow(NotFoundError);
  });
});

/** Moves what was switched just now to the clock of these tests. */
const backdate = (jobId: string, since: Date, until: Date | null) =>
  sql`update public.off_periods set since = ${since}, until = ${until} where job_id = ${jobId}`;

describe('disabling and enabling a job [rule 22: switching off] [rule 41: nothing due is lost]', () => {
  it('tells in the ledger while it is off, with by whom, continues from then, and cancels nothing', async () => {
    const jobId = await newJob();
    await saveSchedule(admin, { jobId, schedule: minutely }, base);
    await runTick({ now: after(1) });
    expect(await setJobEnabled(admin, { jobId, isEnabled: false })).toBe(true);
    expect(await setJobEnabled(admin, { jobId, isEnabled: false })).toBe(false);
    await backdate(jobId, after(2), null);
    await runTick({ now: after(300) });
    expect(await ledgerOf(jobId)).toEqual(['00:01 started null ×1', '00:02 skipped disabled ×299']);
    const by = mine.admin.email;
    expect(await getPluginJob(staff, jobId)).toMatchObject({
      off: { reason: 'disabled', since: after(2).toISOString(), by },
      schedule: { nextNominalAt: null, nextDueAt: null },
    });
    const [row] = (await listOccurrences(staff, { jobId })).occurrences;
    expect(row).toMatchObject({ reason: 'disabled', count: 299, off: { since: after(2).toISOString(), by } });

    expect(await setJobEnabled(admin, { jobId, isEnabled: true })).toBe(true);
    await backdate(jobId, after(2), after(600));
    await runTick({ now: after(600) });
    expect(await ledgerOf(jobId)).toEqual(['00:01 started null ×1', '00:02 skipped disabled ×599']);
    expect(await getPluginJob(staff, jobId)).toMatchObject({
      off: null,
      schedule: { nextNominalAt: '2026-03-02T10:01:00.000Z' },
    });
    expect(await sql`select state from public.runs where job_id = ${jobId}`).toEqual([{ state: 'pending' }]);
    const [on, off] = await auditOf('jobs');
    expect([off!.after, on!.after]).toEqual([{ is_enabled: false }, { is_enabled: true }]);
    await rest(jobId);
  });

  it('catches up on missed instants if the schedule says so', async () => {
    const jobId = await newJob();
    const policies = { catchUpAfterEnable: true, misfire: 'once', overlap: 'allow' };
    await saveSchedule(admin, { jobId, schedule: minutely, policies }, base);
    await setJobEnabled(admin, { jobId, isEnabled: false });
    await backdate(jobId, base, null);
    await runTick({ now: after(30) });
    expect(await ledgerOf(jobId)).toEqual([]);
    await setJobEnabled(admin, { jobId, isEnabled: true });
    await backdate(jobId, base, after(60));
    await runTick({ now: after(60) });
    const ledger = await ledgerOf(jobId);
    expect(ledger[0]).toMatch(/^00:01 missed misfire_collapsed/);
    expect(ledger.at(-1)).toBe('01:00 started null ×1');
    await rest(jobId);
  });

  it('is only for admins of the company', async () => {
    const jobId = await newJob();
    await expect(setJobEnabled(staff, { jobId, isEnabled: false })).rejects.toThrow(ForbiddenError);
    await expect(setJobEnabled(otherAdmin, { jobId, isEnabled: false })).rejects.toThrow(NotFoundError);
    const direct = await other.admin.client.rpc('set_job_enabled', { p_job_id: jobId, p_is_enabled: false });
    expect(direct.error?.code).toBe('P0002');
  });
});

describe('where a schedule continues [rule 41: nothing due is lost]', () => {
  it('is not for anybody to move, and no way of writing leaves a schedule without it', async () => {
    const { client } = mine.admin;
    const jobId = await newJob();
    const row = { tenant_id: mine.id, job_id: jobId, schedule_type: 'cron', cron_expression: '* * * * *' };
    expect((await client.from('schedules').insert(row)).error).toBeNull();
    const place = (await scheduleOf(jobId))!.next_nominal_at as Date;
    expect(Math.abs(place.getTime() - Date.now())).toBeLessThan(60_000);
    for (const column of ['next_nominal_at', 'next_due_at', 'last_nominal_at']) {
      for (const value of [null, '2050-01-01T00:00:00Z']) {
        const change: Columns<'schedules'> = { [column]: value };
        const { error } = await client
          .from('schedules')
          .update(change as object)
          .eq('job_id', jobId);
        expect([column, error?.code]).toEqual([column, '42501']);
      }
    }
    const future = { cron_expression: '5 * * * *', updated_at: '2050-01-01T00:00:00Z' };
    expect((await client.from('schedules').update(future).eq('job_id', jobId)).error).toBeNull();
    const moved = (await scheduleOf(jobId))!.next_nominal_at as Date;
    expect(moved.getTime()).toBeLessThan(Date.now() + 60_000);
    await rest(jobId);
  });

  it('does not change when a schedule is saved without a change', async () => {
    const all: [schedule: object, policies: object][] = [
      [minutely, {}],
      [{ type: 'interval', seconds: 90 }, {}],
      [{ type: 'interval', seconds: 90, anchorAt: '2026-03-01T00:00:00.123Z' }, { spreadSeconds: 30 }],
      [{ type: 'one_shot', at: '2026-03-03T00:00:00Z' }, {}],
      [
        minutely,
        {
          blackouts: [
            { type: 'weekly', days: [1, 2], from: '10:00', to: '12:00', timeZone: 'Asia/Tokyo' },
            { type: 'one_off', startsAt: '2026-03-04T00:00:00+09:00', endsAt: '2026-03-05T00:00:00Z' },
          ],
        },
      ],
    ];
    for (const [schedule, policies] of all) {
      const jobId = await newJob();
      const first = await saveSchedule(admin, { jobId, schedule, policies }, base);
      const stored = await scheduleOf(jobId);
      const again = await saveSchedule(admin, { jobId, schedule, policies }, after(7));
      expect(await scheduleOf(jobId)).toEqual(stored);
      expect(again).toEqual(first);
      await rest(jobId);
    }
  });

  it('a changed schedule leaves what was due to the one before', async () => {
    const jobId = await newJob();
    await saveSchedule(admin, { jobId, schedule: minutely, policies: { overlap: 'allow' } }, base);
    // 00:01 is due, and no tick has run when it is saved.
    const schedule = { type: 'cron', expression: '*/2 * * * *', timeZone: 'Asia/Tokyo' };
    await saveSchedule(admin, { jobId, schedule, policies: { overlap: 'allow' } }, after(1));
    await runTick({ now: after(2) });
    expect(await ledgerOf(jobId)).toEqual(['00:01 started null ×1', '00:02 started null ×1']);
    expect(await sql`select 1 from private.superseded_schedules where job_id = ${jobId}`).toEqual([]);
    await rest(jobId);
  });

  it('a deleted schedule says so for what was due', async () => {
    const jobId = await newJob();
    await saveSchedule(admin, { jobId, schedule: minutely }, base);
    await sql`delete from private.superseded_schedules`;
    await deleteSchedule(admin, { jobId });
    await sql`update private.superseded_schedules set superseded_at = ${after(3)} where job_id = ${jobId}`;
    await runTick({ now: after(5) });
    expect(await ledgerOf(jobId)).toEqual(['00:01 skipped schedule_deleted ×3']);
  });

  it('a deleted job takes its schedule with it', async () => {
    const jobId = await newJob();
    await saveSchedule(admin, { jobId, schedule: minutely }, base);
    await sql`delete from public.jobs where id = ${jobId}`;
    expect(await sql`select 1 from private.superseded_schedules where job_id = ${jobId}`).toEqual([]);
  });
});

describe('the global switch [rule 22: switching off]', () => {
  it('is for admins, per company, and writes audit rows', async () => {
    await expect(setSchedulerEnabled(staff, { isEnabled: false })).rejects.toThrow(ForbiddenError);
    await Promise.all([
      setSchedulerEnabled(admin, { isEnabled: false }),
      setSchedulerEnabled(admin, { isEnabled: false }),
    ]);
    await setSchedulerEnabled(admin, { isEnabled: true });
    const rows =
      await sql`select tenant_id, is_enabled from public.scheduler_settings where tenant_id in (${mine.id}, ${other.id})`;
    expect(rows).toEqual([{ tenant_id: mine.id, is_enabled: true }]);
    const by = mine.admin.email;
    expect(
      await sql`select since_by, until_by, reason from public.off_periods where tenant_id = ${mine.id} and job_id is null`,
    ).toEqual([{ since_by: by, until_by: by, reason: 'globally_disabled' }]);
    expect((await auditOf('scheduler_settings'))[0]!.actor_id).toBe(mine.admin.id);
  });
});

describe('next instants', () => {
  it('previews a schedule before it is saved', () => {
    expect(() => previewSchedule({ schedule: { type: 'cron', expression: '', timeZone: 'UTC' } })).toThrow(
      InvalidInputError,
    );
    expect(
      previewSchedule({ schedule: minutely, count: 2 }, base).map(({ nominalAt }) => nominalAt.toISOString()),
    ).toEqual(['2026-03-02T00:01:00.000Z', '2026-03-02T00:02:00.000Z']);
  });

  it('shows a day of all schedules, with the minutes in which several jobs start', async () => {
    const [first, second] = [await newJob(other), await newJob(other)];
    const at = (expression: string) => ({ type: 'cron', expression, timeZone: 'UTC' });
    await saveSchedule(otherAdmin, { jobId: first, schedule: at('0 6,7 * * *') }, base);
    await saveSchedule(otherAdmin, { jobId: second, schedule: at('0 7,8 * * *') }, base);
    await runTick({ now: new Date(base.getTime() + 1) });
    const staffOfOther = memberOf(other, 'staff');
    const day = { from: base, until: after(24 * 60) };
    const timelineFor = async (actor: Actor) => (await readSchedulesOverview(actor, day)).timeline!;
    const timeline = await timelineFor(staffOfOther);
    expect(timeline.jobs.map(({ instants }) => instants.length)).toEqual([2, 2]);
    expect(timeline).toMatchObject({
      jobCount: 2,
      collisionCount: 1,
      collisions: [{ at: new Date('2026-03-02T07:00:00Z'), jobCount: 2 }],
      load: { isAtLeast: false },
    });
    expect(timeline.collisions[0]!.titles).toHaveLength(2);
    expect(timeline.load.starts[7 * 60]).toBe(2);
    expect(await timelineFor(admin)).toMatchObject({ jobCount: 0, jobs: [], collisionCount: 0 });
    await saveSchedule(otherAdmin, { jobId: first, schedule: minutely }, after(1));
    expect((await timelineFor(staffOfOther)).jobs.find(({ jobId }) => jobId === first)).toMatchObject({
      isCut: true,
    });
    await setJobEnabled(otherAdmin, { jobId: second, isEnabled: false });
    expect(await timelineFor(staffOfOther)).toMatchObject({ jobCount: 1, collisionCount: 0 });
    const pluginId = pluginIds.get(other.id)!;
    await sql`update public.plugins set is_enabled = false where id = ${pluginId}`;
    expect(await timelineFor(staffOfOther)).toMatchObject({ jobCount: 0, jobs: [] });
    await sql`update public.plugins set is_enabled = true where id = ${pluginId}`;
    await Promise.all([rest(first), rest(second)]);
  });

  it('shows members the state of the scheduler of their own company only', async () => {
    const job = await newJob(other);
    await saveSchedule(otherAdmin, { jobId: job, schedule: minutely }, base);
    // The tick finds the first instant.
    await runTick({ now: new Date(base.getTime() + 1) });
    const { status, plugins, timeline } = await readSchedulesOverview(memberOf(other, 'staff'), null);
    expect(timeline).toBeNull();
    expect(plugins.map(({ name }) => name)).toContain('Demo');
    expect(status).toMatchObject({ isEnabled: true, nextDueAt: '2026-03-02T00:01:00.000Z' });
    expect(status.enabledJobCount).toBeGreaterThan(0);
    const { jobCount, nextDueAt } = status;
    expect(await readSchedulerStatus(otherAdmin)).toMatchObject({ jobCount, nextDueAt });
    const stranger = { ...memberOf(mine, 'admin'), tenantId: other.id };
    expect(await readSchedulesOverview(stranger, { from: base, until: after(60) })).toMatchObject({
      plugins: [],
      status: {
        jobCount: 0,
        enabledJobCount: 0,
        nextDueAt: null,
        queue: { waitingCount: 0, runningCount: 0 },
      },
      timeline: { jobCount: 0, jobs: [] },
    });
    await rest(job);
  });

  it('counts every job of a company with more different schedules than it reads, and says that it counts the least', async () => {
    const tenant = await makeTenant();
    const actor = memberOf(tenant, 'staff');
    const pluginId = await makePlugin(tenant.id);
    // Every second job has a blackout, so where it is rare not even its next start is certain.
    await sql`
      with added as (
        insert into public.jobs (tenant_id, job_key, title, kind, plugin_id, plugin_job_name)
        select ${tenant.id}, 'many:' || n, 'Many ' || n, 'plugin', ${pluginId}, 'demo'
        from generate_series(1, 1600) n
        returning id, right(title, -5)::integer as n
      )
      insert into public.schedules
        (tenant_id, job_id, schedule_type, cron_expression, time_zone, blackouts, next_nominal_at, next_due_at)
      select ${tenant.id}, id, 'cron', n % 60 || ' ' || 1 + n / 60 % 23 || ' * * ' || n / 1380 || '-6', 'UTC',
        case when n % 2 = 0 then '[{"type":"one_off","startsAt":"2020-01-01T00:00:00Z","endsAt":"2020-01-02T00:00:00Z"}]'
          else '[]' end::jsonb,
        timestamptz '2026-03-02T00:00:00Z' + make_interval(mins => n % 60, hours => 1 + n / 60 % 23),
        timestamptz '2026-03-02T00:00:00Z' + make_interval(mins => n % 60, hours => 1 + n / 60 % 23)
      from added`;
    const { timeline } = await readSchedulesOverview(actor, { from: base, until: after(25 * 60) });
    expect(timeline).toMatchObject({ jobCount: 1_600, load: { isAtLeast: true } });
    expect(timeline!.jobs).toHaveLength(12);
    const counted = timeline!.load.starts.reduce((sum, count) => sum + count);
    expect(counted).toBeGreaterThan(1_000);
    expect(counted).toBeLessThan(1_600);
  });

  it('pages the jobs by title, forward and back, whatever their titles contain', async () => {
    const tenant = await makeTenant();
    const actor = memberOf(tenant, 'staff');
    const pluginId = await makePlugin(tenant.id);
    const titles = ['同じ', '同じ', '同じ', 'first', 'a,b"c)', 'a\\b %_*', 'z~z', ' ', 'ｶﾅ'];
    for (const title of titles) await makeJob(tenant.id, { title, ...ofPlugin(pluginId) });
    const { down, up } = await walkPages((position: PagePosition<TitlePageCursor> | null) =>
      listPluginJobs(actor, { pluginId, position, size: 2 }),
    );
    expect(down.map(({ length }) => length)).toEqual([2, 2, 2, 2, 1]);
    expect(new Set(down.flat().map(({ jobId }) => jobId)).size).toBe(titles.length);
    expect(up).toEqual(down.slice(0, -1).toReversed());
    expect((await listPluginJobs(actor, { search: 'B %_*' })).items.map(({ title }) => title)).toEqual([
      'a\\b %_*',
    ]);
  });

  it('pages the ledger of a job; another company sees nothing', async () => {
    const jobId = await newJob();
    await saveSchedule(admin, { jobId, schedule: minutely, policies: { overlap: 'allow' } }, base);
    for (let minute = 1; minute <= 5; minute += 1) await runTick({ now: after(minute) });
    const first = await listOccurrences(staff, { jobId, size: 3 });
    expect(first.occurrences.map(({ nominalAt }) => nominalAt.slice(14, 16))).toEqual(['05', '04', '03']);
    const { parseInstantPageCursor } = await import('#domain/page-cursor.ts');
    const second = await listOccurrences(staff, {
      jobId,
      size: 3,
      after: parseInstantPageCursor(first.next!)!,
    });
    expect(second.occurrences.map(({ nominalAt }) => nominalAt.slice(14, 16))).toEqual(['02', '01']);
    expect(second.next).toBeNull();
    expect((await listOccurrences(otherAdmin, { jobId })).occurrences).toEqual([]);
    await rest(jobId);
  });
});
