import fc from 'fast-check';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import type { AdminActor } from '#auth/actor.ts';
import { nextNominal } from '#domain/schedule/next-occurrence.ts';
import type { Schedule } from '#domain/schedule/schedule.ts';
import { deleteSchedule } from '#features/scheduler/delete-schedule.ts';
import { runTick } from '#features/scheduler/run-tick.ts';
import { saveSchedule } from '#features/scheduler/save-schedule.ts';
import { setJobEnabled } from '#features/scheduler/set-job-enabled.ts';
import { setSchedulerEnabled } from '#features/scheduler/set-scheduler-enabled.ts';
import { sql } from '#testing/database/clients.ts';
import { makeJob, ofPlugin } from '#testing/jobs/make-job.ts';
import { makePlugin } from '#testing/plugins/make-plugin.ts';
import { actAs } from '#testing/tenants/act-as.ts';
import { makeTenant } from '#testing/tenants/make-tenant.ts';

// Time passes by moving everything that is stored into the past, so that the database's own clock decides. All moves are
// multiples of ten minutes, which leave the patterns as they are.
const tenMinutesMs = 600_000;

/** A schedule whose anchor is set when it is saved. */
type Pattern = { type: 'cron'; expression: string; timeZone: string } | { type: 'interval'; seconds: number };

const pattern: fc.Arbitrary<Pattern> = fc.oneof(
  fc.record({
    type: fc.constant('cron' as const),
    expression: fc.constantFrom(
      '* * * * *',
      '*/2 * * * *',
      '*/5 * * * *',
      '3-59/10 * * * *',
      '*/20 * * * * *',
    ),
    timeZone: fc.constantFrom('UTC', 'Asia/Kathmandu', 'Asia/Tokyo'),
  }),
  fc.record({ type: fc.constant('interval' as const), seconds: fc.constantFrom(60, 90, 240, 3_600) }),
);
const policies = fc.record({
  misfire: fc.constantFrom('skip', 'once', 'all'),
  misfireLimit: fc.constantFrom(1, 10, 200),
  overlap: fc.constantFrom('allow', 'skip', 'queue', 'cancel_previous'),
  spreadSeconds: fc.constantFrom(0, 0, 50),
  catchUpAfterEnable: fc.boolean(),
});
type Policies = typeof policies extends fc.Arbitrary<infer Value> ? Value : never;

const changes = fc.constantFrom(
  ...(['tick', 'tick', 'tick twice at once', 'save the same', 'finish runs', 'delete'] as const),
);
const step = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.constantFrom(0, 1, 1, 2, 7, 432).map((tens) => ({ do: 'pass' as const, tens })),
  },
  { weight: 5, arbitrary: changes.map((change) => ({ do: change })) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('save' as const), pattern, policies }) },
  {
    weight: 4,
    arbitrary: fc.record({ do: fc.constantFrom('job', 'plugin', 'all'), isEnabled: fc.boolean() }),
  },
);
type Step = typeof step extends fc.Arbitrary<infer Value> ? Value : never;

/** Moves everything of a company into the past; no trigger sees this as a change. */
const passTime = (tenantId: string, ms: number) =>
  sql.begin(async (tx) => {
    await tx`set local session_replication_role = replica`;
    const by = tx`${ms}::integer * interval '1 millisecond'`;
    await tx`
      update public.schedules set next_nominal_at = next_nominal_at - ${by}, next_due_at = next_due_at - ${by},
        last_nominal_at = last_nominal_at - ${by}, updated_at = updated_at - ${by}, anchor_at = anchor_at - ${by}
      where tenant_id = ${tenantId}`;
    await tx`
      update private.superseded_schedules x
      set next_nominal_at = x.next_nominal_at - ${by}, next_due_at = x.next_due_at - ${by}, superseded_at = superseded_at - ${by},
        schedule = x.schedule || jsonb_build_object(
          'updated_at', (x.schedule ->> 'updated_at')::timestamptz - ${by},
          'anchor_at', (x.schedule ->> 'anchor_at')::timestamptz - ${by}
        )
      where tenant_id = ${tenantId}`;
    // In two moves, because an instant cannot take the place of another one that has yet to move.
    const away = tx`interval '1000000 hours'`;
    await tx`update public.occurrences set nominal_at = nominal_at - ${away} where tenant_id = ${tenantId}`;
    await tx`
      update public.occurrences set nominal_at = nominal_at + ${away} - ${by}, through_nominal_at = through_nominal_at - ${by},
        due_at = due_at - ${by}
      where tenant_id = ${tenantId}`;
    await tx`update public.runs set scheduled_for = scheduled_for - ${by} where tenant_id = ${tenantId}`;
    await tx`update public.off_periods set since = since - ${by}, until = until - ${by} where tenant_id = ${tenantId}`;
  });

/** What a schedule was from one change to the next; its times count what has passed since the story began. */
interface Version {
  pattern: Pattern;
  anchorMs: number;
  fromMs: number;
  untilMs: number;
  canCatchUp: boolean;
}

/** Makes the changes, and notes what the schedule was when. */
class Story {
  private readonly versions: Version[] = [];
  private passedMs = 0;
  private readonly admin: AdminActor;
  private readonly jobId: string;
  private readonly pluginId: string;
  private saved: { pattern: Pattern; policies: Policies } | null = null;

  constructor(admin: AdminActor, jobId: string, pluginId: string) {
    this.admin = admin;
    this.jobId = jobId;
    this.pluginId = pluginId;
  }

  async perform(one: Step): Promise<void> {
    const { admin, jobId } = this;
    switch (one.do) {
      case 'pass':
        await passTime(admin.tenantId, one.tens * tenMinutesMs);
        this.passedMs += one.tens * tenMinutesMs;
        return;
      case 'tick':
        await runTick();
        return;
      case 'tick twice at once':
        await Promise.all([runTick(), runTick()]);
        return;
      case 'finish runs':
        await sql`update public.runs set state = 'success', finished_at = now() where job_id = ${jobId} and state = 'pending'`;
        return;
      case 'save':
        await this.save(one.pattern, one.policies);
        return;
      case 'save the same':
        await this.saveTheSame();
        return;
      case 'delete':
        await this.delete();
        return;
      case 'job':
        await setJobEnabled(admin, { jobId, isEnabled: one.isEnabled });
        return;
      case 'all':
        await setSchedulerEnabled(admin, { isEnabled: one.isEnabled });
        return;
      case 'plugin':
        await admin.client.from('plugins').update({ is_enabled: one.isEnabled }).eq('id', this.pluginId);
    }
  }

  async save(given: Pattern, chosen: Policies): Promise<void> {
    const anchorAt = new Date(Date.now() - 30_250);
    const before = await this.readStored();
    const schedule = given.type === 'interval' ? { ...given, anchorAt: anchorAt.toISOString() } : given;
    await saveSchedule(this.admin, { jobId: this.jobId, schedule, policies: chosen });
    const after = await this.readStored();
    if (before?.updated_at.getTime() === after!.updated_at.getTime()) return;
    const fromMs = after!.updated_at.getTime() + this.passedMs;
    const version = this.versions.at(-1);
    if (version?.untilMs === Infinity) version.untilMs = fromMs;
    const anchorMs = anchorAt.getTime() + this.passedMs;
    const canCatchUp = chosen.catchUpAfterEnable;
    this.versions.push({ pattern: given, anchorMs, fromMs, untilMs: Infinity, canCatchUp });
    this.saved = { pattern: given, policies: chosen };
  }

  private async saveTheSame(): Promise<void> {
    const stored = await this.readStored();
    if (!stored || !this.saved) return;
    const { pattern: given, policies: chosen } = this.saved;
    const schedule =
      given.type === 'interval' ? { ...given, anchorAt: stored.anchor_at!.toISOString() } : given;
    await saveSchedule(this.admin, { jobId: this.jobId, schedule, policies: chosen });
    expect(await this.readStored()).toEqual(stored);
  }

  private async delete(): Promise<void> {
    const version = this.versions.at(-1);
    if (version?.untilMs !== Infinity) return;
    const nowMs = Date.now() + this.passedMs;
    await deleteSchedule(this.admin, { jobId: this.jobId });
    const [left] = await sql<{ superseded_at: Date }[]>`
      select superseded_at from private.superseded_schedules where job_id = ${this.jobId} order by superseded_at desc limit 1`;
    // Without it nothing was due.
    version.untilMs = left ? left.superseded_at.getTime() + this.passedMs : nowMs;
  }

  private async readStored() {
    const [row] = await sql<{ updated_at: Date; next_nominal_at: Date; anchor_at: Date | null }[]>`
      select * from public.schedules where job_id = ${this.jobId}`;
    return row;
  }

  /** Returns every instant that the versions had until now, on the database's clock. */
  instantsUntil(now: Date): number[] {
    return this.versions.flatMap(({ pattern: written, anchorMs, fromMs, untilMs }) => {
      const schedule: Schedule =
        written.type === 'interval' ? { ...written, anchorAt: new Date(anchorMs - this.passedMs) } : written;
      const until = Math.min(untilMs - this.passedMs, now.getTime());
      const instants: number[] = [];
      let next = nextNominal(schedule, new Date(fromMs - this.passedMs));
      for (; next && next.getTime() <= until; next = nextNominal(schedule, next))
        instants.push(next.getTime());
      return instants;
    });
  }

  canCatchUp(nominalAt: Date): boolean {
    const ms = nominalAt.getTime() + this.passedMs;
    return this.versions.some(
      ({ fromMs, untilMs, canCatchUp }) => canCatchUp && fromMs < ms && ms <= untilMs,
    );
  }
}

interface LedgerRow {
  nominal_at: Date;
  through_nominal_at: Date;
  due_at: Date;
  instant_count: string;
  state: string;
  reason: string | null;
  run_id: string | null;
}

async function expectWholeLedger(first: Pattern, chosen: Policies, steps: readonly Step[]): Promise<void> {
  const tenant = await makeTenant();
  const pluginId = await makePlugin(tenant.id);
  const jobId = await makeJob(tenant.id, ofPlugin(pluginId));
  const story = new Story(actAs(tenant, tenant.admin), jobId, pluginId);
  await story.save(first, chosen);
  for (const one of steps) await story.perform(one);
  for (const subject of ['job', 'plugin', 'all'] as const)
    await story.perform({ do: subject, isEnabled: true });
  // The last instants wait for their spread.
  const end = new Date();
  await story.perform({ do: 'pass', tens: 1 });
  await runTick();

  const rows = await sql<LedgerRow[]>`
    select * from public.occurrences where job_id = ${jobId} order by nominal_at`;
  const until = new Date();
  const expected = story.instantsUntil(until);
  // A row of several instants has all that are between its first and its last.
  const told = rows.flatMap((row) => {
    const [from, through] = [row.nominal_at.getTime(), row.through_nominal_at.getTime()];
    const covered = expected.filter((at) => from <= at && at <= through);
    expect([row.reason, Number(row.instant_count)]).toEqual([row.reason, covered.length]);
    return covered;
  });
  expect(new Set(told).size).toBe(told.length);
  const isTold = new Set(told);
  const due = story.instantsUntil(new Date(end.getTime() - tenMinutesMs));
  expect(due.filter((at) => !isTold.has(at))).toEqual([]);

  const started = rows.filter(({ state }) => state === 'started');
  expect(rows.filter(({ reason, run_id: runId }) => (reason === null) !== (runId !== null))).toEqual([]);
  const runs = await sql<{ id: string; scheduled_for: Date }[]>`
    select id, scheduled_for from public.runs where job_id = ${jobId} order by scheduled_for`;
  expect(runs.map(({ id, scheduled_for: at }) => [id, at])).toEqual(
    started.map(({ run_id: id, nominal_at: at }) => [id, at]),
  );
  const off = await sql<{ since: Date; until: Date }[]>`
    select since, until from public.off_periods where tenant_id = ${tenant.id}`;
  const startedAnyway = started.filter(
    ({ due_at: dueAt, nominal_at: nominalAt }) =>
      !story.canCatchUp(nominalAt) && off.some((period) => period.since < dueAt && dueAt < period.until),
  );
  expect(startedAnyway).toEqual([]);
  await sql`delete from public.schedules where tenant_id = ${tenant.id}`;
  await sql`delete from private.superseded_schedules where tenant_id = ${tenant.id}`;
}

beforeAll(() => {
  vi.spyOn(process.stdout, 'write').mockReturnValue(true);
});

describe('whatever people do between two ticks [rule 41: nothing due is lost]', () => {
  it('each instant is in the ledger exactly once: it ran, or its row says why not', async () => {
    await fc.assert(
      fc.asyncProperty(pattern, policies, fc.array(step, { minLength: 4, maxLength: 24 }), expectWholeLedger),
      { numRuns: 40 },
    );
  }, 300_000);
});
