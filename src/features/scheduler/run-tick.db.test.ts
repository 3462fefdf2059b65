import { beforeAll, describe, expect, it, vi } from 'vitest';
import { runTick } from '#features/scheduler/run-tick.ts';
import { sql } from '#testing/database/clients.ts';
import type { Columns } from '#testing/database/insert-row.ts';
import { makeJob, ofPlugin } from '#testing/jobs/make-job.ts';
import { makePlugin } from '#testing/plugins/make-plugin.ts';
import { makeRun } from '#testing/runs/make-run.ts';
import { makeSchedule } from '#testing/schedules/make-schedule.ts';
import { makeTenant, type TestTenant } from '#testing/tenants/make-tenant.ts';

const at = (text: string) => new Date(`2031-03-01T${text}Z`);
const created = at('00:00:00');

interface Arranged {
  scheduleId: string;
  jobId: string;
}

let pluginId: string;
let tenant: TestTenant;

/** Creates a plugin job with a schedule that is due from its first instant after `created`. */
async function arrange(
  columns: Columns<'schedules'>,
  {
    next,
    job = {},
    of = { tenantId: tenant.id, pluginId },
  }: {
    next: Date;
    job?: Columns<'jobs'>;
    of?: { tenantId: string; pluginId: string };
  },
): Promise<Arranged> {
  const jobId = await makeJob(of.tenantId, {
    ...ofPlugin(of.pluginId),
    ...job,
  });
  const scheduleId = await makeSchedule(of.tenantId, jobId, {
    updated_at: created,
    next_nominal_at: next,
    next_due_at: next,
    ...columns,
  });
  return { scheduleId, jobId };
}

interface LedgerRow {
  nominal_at: Date;
  through_nominal_at: Date;
  instant_count: string;
  state: string;
  reason: string | null;
  run_id: string | null;
}
const ledgerOf = ({ scheduleId }: Arranged) => sql<LedgerRow[]>`
  select * from public.occurrences where schedule_id = ${scheduleId} order by nominal_at`;
const ledgerWords = async (arranged: Arranged) =>
  (await ledgerOf(arranged)).map(
    (row) =>
      `${row.nominal_at.toISOString().slice(11, 19)} ${row.state}${row.reason ? ` ${row.reason}` : ''}${
        row.instant_count === '1' ? '' : ` ×${row.instant_count}`
      }`,
  );
const runsOf = ({ jobId }: Arranged) =>
  sql`select * from public.runs where job_id = ${jobId} order by scheduled_for, id`;
const scheduleOf = async ({ scheduleId }: Arranged) =>
  (await sql`select * from public.schedules where id = ${scheduleId}`)[0]!;

/** Finishes the runs of a job, so that its next occurrence does not overlap. */
const finish = ({ jobId }: Arranged) =>
  sql`update public.runs set state = 'success', finished_at = now() where job_id = ${jobId}`;

/** Schedules of other tests would also be due at this test's time. */
const rest = () =>
  sql`update public.schedules set next_nominal_at = null, next_due_at = null where next_due_at is not null`;

beforeAll(async () => {
  vi.spyOn(process.stdout, 'write').mockReturnValue(true);
  vi.spyOn(process.stderr, 'write').mockReturnValue(true);
  await rest();
  tenant = await makeTenant();
  pluginId = await makePlugin(tenant.id);
});

describe('[rule 20: one instant, one run]', () => {
  it('creates occurrence, run and queue message together and moves the schedule forward', async () => {
    const minutely = await arrange({}, { next: at('00:01:00') });
    const summary = await runTick({ now: at('00:01:02') });
    expect(summary).toMatchObject({ due: 1, enqueued: 1, skipped: 0, missed: 0, stale: 0, broken: 0 });

    const [run] = await runsOf(minutely);
    expect(run).toMatchObject({
      trigger: 'schedule',
      state: 'pending',
      scheduled_for: at('00:01:00'),
      schedule_id: minutely.scheduleId,
      priority: 'normal',
      queue_name: 'runs',
    });
    const messages =
      await sql`select message from pgmq.q_runs where msg_id = ${run!.queue_message_id as string}`;
    expect(messages[0]!.message).toEqual({ run_id: run!.id });
    expect(await ledgerWords(minutely)).toEqual(['00:01:00 started']);
    expect(await scheduleOf(minutely)).toMatchObject({
      last_nominal_at: at('00:01:00'),
      next_nominal_at: at('00:02:00'),
      next_due_at: at('00:02:00'),
    });
  });

  it('starts one run when eight ticks run at once', async () => {
    const schedules = await Promise.all(
      Array.from({ length: 25 }, () => arrange({}, { next: at('00:01:00') })),
    );
    const summaries = await Promise.all(Array.from({ length: 8 }, () => runTick({ now: at('00:01:01') })));
    expect(summaries.reduce((total, summary) => total + summary.enqueued, 0)).toBe(25);
    for (const schedule of schedules) expect(await ledgerWords(schedule)).toEqual(['00:01:00 started']);
  });

  it('uses the clock of the database, not that of the machine that ticks', async () => {
    await rest();
    const soon = new Date(Date.now() + 3_600_000);
    const due = await arrange(
      { updated_at: new Date(0) },
      { next: new Date(Math.floor(Date.now() / 60_000) * 60_000) },
    );
    const notYet = await arrange({}, { next: soon });
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 86_400_000 });
    try {
      expect(await runTick()).toMatchObject({ due: 1, enqueued: 1, missed: 0 });
    } finally {
      vi.useRealTimers();
    }
    expect(await runsOf(due)).toHaveLength(1);
    expect((await scheduleOf(notYet)).next_nominal_at).toEqual(soon);
    await rest();
  });

  it('does nothing in a repeated tick, or in one whose clock was set back', async () => {
    const minutely = await arrange({ overlap_policy: 'allow' }, { next: at('00:01:00') });
    await runTick({ now: at('00:01:00') });
    expect((await runTick({ now: at('00:01:00') })).enqueued).toBe(0);
    expect((await runTick({ now: at('00:00:10') })).enqueued).toBe(0);
    await runTick({ now: at('00:02:00') });
    expect(await ledgerWords(minutely)).toEqual(['00:01:00 started', '00:02:00 started']);
    expect(await runsOf(minutely)).toHaveLength(2);
  });

  it('discards a plan if the schedule was changed in the meantime', async () => {
    const minutely = await arrange({}, { next: at('00:01:00') });
    const client = (await import('#data/clients/service.ts')).createServiceClient();
    const { applyTick, listDueSchedules } = await import('#data/scheduler.ts');
    const { planSchedule } = await import('#features/scheduler/plan-schedule.ts');
    const due = await listDueSchedules(client, at('00:01:00'), 1000);
    const plans = due
      .filter((row) => row.id === minutely.scheduleId)
      .map((row) => planSchedule(row, at('00:01:00')));
    await sql`update public.schedules set updated_at = now() where id = ${minutely.scheduleId}`;
    expect(await applyTick(client, at('00:01:00'), plans)).toMatchObject({ moved: 0, stale: 1, enqueued: 0 });
    expect(await ledgerOf(minutely)).toHaveLength(0);
    await sql`update public.schedules set next_nominal_at = null, next_due_at = null where id = ${minutely.scheduleId}`;
  });
});

describe('missed and overlapping instants [rule 21: misfire and overlap]', () => {
  it.each([
    ['skip', ['00:01:00 missed misfire_skipped ×8', '00:09:00 started', '00:10:00 started']],
    ['once', ['00:01:00 missed misfire_collapsed ×8', '00:09:00 started', '00:10:00 started']],
  ])('misfire %s after ten minutes without a tick', async (policy, words) => {
    const minutely = await arrange(
      { misfire_policy: policy, overlap_policy: 'allow' },
      { next: at('00:01:00') },
    );
    await runTick({ now: at('00:10:30') });
    // An instant that is less than two minutes late is not missed.
    expect(await ledgerWords(minutely)).toEqual(words);
  });

  it('misfire all catches up to its limit', async () => {
    const minutely = await arrange(
      { misfire_policy: 'all', misfire_limit: 4, overlap_policy: 'allow' },
      { next: at('00:01:00') },
    );
    await runTick({ now: at('00:10:30') });
    const ledger = await ledgerWords(minutely);
    expect(ledger[0]).toMatch(/missed misfire_bound/);
    expect(ledger.filter((row) => row.endsWith('started')).length).toBeGreaterThanOrEqual(4);
  });

  it.each(['skip', 'queue'])(
    'misfire all catches up on everything with overlap %s, too, one run after another',
    async (overlap) => {
      await rest();
      const minutely = await arrange(
        { misfire_policy: 'all', misfire_limit: 4, overlap_policy: overlap },
        { next: at('00:01:00') },
      );
      await runTick({ now: at('00:10:30') });
      expect(await ledgerWords(minutely)).toEqual([
        '00:01:00 missed misfire_bound ×6',
        '00:07:00 started',
        '00:08:00 started',
        '00:09:00 started',
        '00:10:00 started',
      ]);
      const runs = await runsOf(minutely);
      expect(runs.map((run) => run.is_exclusive as boolean)).toEqual([true, true, true, true]);
      await runTick({ now: at('00:11:00') });
      expect((await ledgerWords(minutely)).at(-1)).toBe('00:11:00 skipped overlap');
      await finish(minutely);
    },
  );

  it.each(['skip', 'queue', 'allow'])(
    'misfire all catches up to its limit with overlap %s while a run from before is not finished',
    async (overlap) => {
      await rest();
      const often = await arrange(
        {
          cron_expression: '*/10 * * * * *',
          misfire_policy: 'all',
          misfire_limit: 10,
          overlap_policy: overlap,
        },
        { next: at('00:01:00') },
      );
      await makeRun(tenant.id, often.jobId, { trigger: 'schedule', state: 'running' });
      await runTick({ now: at('01:00:05') });
      const started = (await ledgerOf(often)).filter(({ state }) => state === 'started');
      expect(started).toHaveLength(10);
      expect(started.at(-1)!.nominal_at).toEqual(at('01:00:00'));
      await finish(often);
    },
  );

  it('overlap skip writes one row with the reason for all instants while the job is running', async () => {
    const minutely = await arrange({ overlap_policy: 'skip' }, { next: at('00:01:00') });
    for (const minute of ['00:01:00', '00:02:00', '00:03:00', '00:04:00']) await runTick({ now: at(minute) });
    expect(await ledgerWords(minutely)).toEqual(['00:01:00 started', '00:02:00 skipped overlap ×3']);
    await finish(minutely);
    await runTick({ now: at('00:05:00') });
    expect(await ledgerWords(minutely)).toEqual([
      '00:01:00 started',
      '00:02:00 skipped overlap ×3',
      '00:05:00 started',
    ]);
    await finish(minutely);
  });

  it('overlap queue queues one run, and skips the rest', async () => {
    const minutely = await arrange({ overlap_policy: 'queue' }, { next: at('00:01:00') });
    for (const minute of ['00:01:00', '00:02:00', '00:03:00']) await runTick({ now: at(minute) });
    expect(await ledgerWords(minutely)).toEqual([
      '00:01:00 started',
      '00:02:00 started',
      '00:03:00 skipped overlap',
    ]);
    expect((await runsOf(minutely)).map((run) => run.is_exclusive)).toEqual([true, true]);
    await finish(minutely);
  });

  it('overlap queue queues one run, however many are running', async () => {
    const minutely = await arrange({ overlap_policy: 'queue' }, { next: at('00:01:00') });
    const byHand = { trigger: 'manual', state: 'running' };
    for (let run = 1; run <= 3; run += 1) await makeRun(tenant.id, minutely.jobId, byHand);
    for (const minute of ['00:01:00', '00:02:00']) await runTick({ now: at(minute) });
    expect(await ledgerWords(minutely)).toEqual(['00:01:00 started', '00:02:00 skipped overlap']);
    await finish(minutely);
  });

  it('overlap cancel_previous cancels waiting runs, asks running ones to stop, and starts the newest', async () => {
    const minutely = await arrange({ overlap_policy: 'cancel_previous' }, { next: at('00:01:00') });
    await runTick({ now: at('00:01:00') });
    await runTick({ now: at('00:02:00') });
    const [previous, next] = await runsOf(minutely);
    expect(previous).toMatchObject({
      state: 'canceled',
      message_code: 'run.superseded',
      error: { name: 'Superseded', code: 'run.superseded' },
    });
    expect(next).toMatchObject({ state: 'pending', message: null, error: null });
    await finish(minutely);
  });
});

describe('the number of runs that `all` catches up on is limited [rule 21: misfire and overlap]', () => {
  it('in each transaction, too, and punctual schedules do not wait for those that catch up on a day', async () => {
    await rest();
    const policies = { misfire_policy: 'all', misfire_limit: 1_000, overlap_policy: 'cancel_previous' };
    const late = await Promise.all([1, 2, 3].map(() => arrange(policies, { next: at('00:01:00') })));
    const punctual = await arrange({}, { next: at('20:00:00') });
    const now = at('20:00:01');
    const isMoved = async (arranged: Arranged) => (await scheduleOf(arranged)).next_nominal_at > now;

    // The budget is used up after the first transaction.
    expect(await runTick({ now, budgetMs: 0 })).toMatchObject({ enqueued: 2, stale: 0 });
    expect(await isMoved(punctual)).toBe(true);
    expect((await Promise.all(late.map(isMoved))).filter(Boolean)).toHaveLength(1);

    expect(await runTick({ now })).toMatchObject({ due: 2, enqueued: 2 });
    expect((await Promise.all(late.map(isMoved))).filter(Boolean)).toHaveLength(3);
    await Promise.all([punctual, ...late].map(finish));
  });
});

describe('disabled [rule 22: switching off]', () => {
  it('globally: instants write one row, and nothing starts until the switch is on', async () => {
    const off = await makeTenant();
    await sql`insert into public.scheduler_settings (tenant_id, is_enabled) values (${off.id}, false)`;
    const of = { tenantId: off.id, pluginId: await makePlugin(off.id) };
    const minutely = await arrange({}, { next: at('00:01:00'), of });
    const held = await arrange(
      { catch_up_after_enable: true, overlap_policy: 'allow' },
      { next: at('00:01:00'), of },
    );
    for (const minute of ['00:01:00', '00:02:00', '00:03:00']) await runTick({ now: at(minute) });
    expect(await ledgerWords(minutely)).toEqual(['00:01:00 skipped globally_disabled ×3']);
    expect(await ledgerWords(held)).toEqual([]);

    await sql`update public.scheduler_settings set is_enabled = true where tenant_id = ${off.id}`;
    await sql`update public.off_periods set since = ${at('00:00:30')}, until = ${at('00:03:30')} where tenant_id = ${off.id}`;
    await runTick({ now: at('00:04:00') });
    expect(await ledgerWords(minutely)).toEqual([
      '00:01:00 skipped globally_disabled ×3',
      '00:04:00 started',
    ]);
    expect((await ledgerWords(held)).at(-1)).toBe('00:04:00 started');
  });
});

describe('[rule 23: spread]', () => {
  it('is due at the nominal instant plus its stable offset', async () => {
    const spread = await arrange({ spread_seconds: 50 }, { next: at('00:01:00') });
    await runTick({ now: at('00:01:59') });
    const [row] =
      await sql`select due_at - nominal_at as lag, nominal_at, run_id from public.occurrences where schedule_id = ${spread.scheduleId}`;
    expect(row!.nominal_at).toEqual(at('00:01:00'));
    const { next_nominal_at: nominal, next_due_at: due } = await scheduleOf(spread);
    expect((due as Date).getTime() - (nominal as Date).getTime()).toBeLessThan(50_000);
    await sql`update public.schedules set next_nominal_at = null, next_due_at = null where id = ${spread.scheduleId}`;
  });
});

describe('a schedule that cannot be planned [rule 42: nobody stops others]', () => {
  it('does not stop the others, is not due again, and says so in its ledger', async () => {
    const broken = await arrange({ cron_expression: 'not a pattern' }, { next: at('00:01:00') });
    const sound = await arrange({}, { next: at('00:01:00') });
    const summary = await runTick({ now: at('00:01:00') });
    expect(summary.broken).toBe(1);
    expect(await ledgerWords(sound)).toEqual(['00:01:00 started']);
    expect(await ledgerWords(broken)).toEqual(['00:01:00 skipped schedule_broken']);
    expect(await scheduleOf(broken)).toMatchObject({ next_nominal_at: null, next_due_at: null });
  });

  it('does not stop the others if the database refuses it', async () => {
    const refused = await arrange({}, { next: at('00:01:00') });
    const sound = await Promise.all(Array.from({ length: 5 }, () => arrange({}, { next: at('00:01:00') })));
    await sql.unsafe(`
      create function public.refuse_test_run() returns trigger language plpgsql as $$
      begin if new.schedule_id = '${refused.scheduleId}' then raise exception 'no' using errcode = '22000'; end if; return new; end $$;
      create trigger refuse_test_run before insert on public.runs for each row execute function public.refuse_test_run();`);
    try {
      const summary = await runTick({ now: at('00:01:00') });
      expect(summary).toMatchObject({ due: 6, enqueued: 5, broken: 1 });
      for (const schedule of sound) expect(await ledgerWords(schedule)).toEqual(['00:01:00 started']);
      expect(await ledgerWords(refused)).toEqual(['00:01:00 skipped schedule_broken']);
    } finally {
      await sql.unsafe('drop trigger refuse_test_run on public.runs; drop function public.refuse_test_run()');
    }
  });
});

describe('the heartbeat [contract: internal]', () => {
  it('records when a tick ran and what it did', async () => {
    await runTick({ now: at('00:00:00') });
    const [row] =
      await sql`select now() - beat_at < interval '1 minute' as is_young, details from private.heartbeats where process = 'scheduler'`;
    expect(row).toMatchObject({
      is_young: true,
      details: { due: 0, enqueued: 0, ticked_for: '2031-03-01T00:00:00+00:00' },
    });
  });
});
