import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { recordReports, type SentReport } from '#data/reports.ts';
import { serviceClient, sql } from '#testing/database/clients.ts';
import { makeTenant } from '#testing/tenants/make-tenant.ts';

const minuteMs = 60_000;

/** A report that a test sends. Minutes count from a day in the past, by the sender's clock. */
interface Sent {
  kind: 'finish' | 'start';
  runId: string;
  state: 'success' | 'failed';
  minute: number;
  /** When the run started, if the report says so. */
  startMinute: number | null;
  host: string | null;
  /** How far the sender's clock is ahead; null if the report does not say when it was sent. */
  aheadMinutes: number | null;
}

/** One outcome of a run, or the run in progress, as the simple model keeps it. */
interface Attempt {
  number: number;
  startMinute: number | null;
  end: { state: 'success' | 'failed'; minute: number; placeMinute: number; isMeasured: boolean } | null;
  host: string | null;
  isLate: boolean;
}

interface Shown {
  state: 'success' | 'failed';
  minute: number;
  placeMinute: number;
}

const twelveHours = 12 * 60;
const hasEnded = (attempt: Attempt): attempt is Attempt & { end: NonNullable<Attempt['end']> } =>
  attempt.end !== null;

/** What is recorded, worked out one report after the other and without any index, lock or batch. */
class History {
  readonly #runs = new Map<string, Attempt[]>();
  shown: Shown | null = null;

  attemptsOf(runId: string): Attempt[] {
    const attempts = this.#runs.get(runId) ?? [];
    this.#runs.set(runId, attempts);
    return attempts;
  }

  /** Returns whether the report changed anything. */
  record(sent: Sent): boolean {
    return sent.kind === 'finish' ? this.#finish(sent) : this.#start(sent);
  }

  #finish(sent: Sent): boolean {
    const attempts = this.attemptsOf(sent.runId);
    const ended = attempts.filter(hasEnded);
    if (ended.some(({ end }) => end.state === sent.state && end.minute === sent.minute)) return false;
    const open = attempts.find(({ end }) => end === null);
    const isEndOfOpen = open && (ended.length === 0 || sent.minute >= open.startMinute! - 1);
    if (!isEndOfOpen && ended.some((attempt) => this.#isSimilar(sent, attempt, ended))) return false;
    const attempt: Attempt = isEndOfOpen
      ? open
      : { number: attempts.length + 1, startMinute: null, end: null, host: null, isLate: false };
    if (!isEndOfOpen) attempts.push(attempt);
    attempt.startMinute = sent.startMinute ?? attempt.startMinute;
    attempt.host = sent.host ?? attempt.host;
    attempt.end = {
      state: sent.state,
      minute: sent.minute,
      placeMinute: sent.minute - (sent.aheadMinutes ?? 0),
      isMeasured: sent.aheadMinutes !== null,
    };
    this.#show(attempt, attempt.end);
    return true;
  }

  #isSimilar(
    sent: Sent,
    { startMinute, end }: { startMinute: number | null; end: { state: string; minute: number } },
    ended: { end: { state: string; minute: number } }[],
  ): boolean {
    const [from, until] = [Math.min(end.minute, sent.minute), Math.max(end.minute, sent.minute)];
    const isSeparated =
      sent.startMinute !== null &&
      sent.startMinute !== startMinute &&
      (sent.startMinute > end.minute || (startMinute !== null && startMinute > sent.minute));
    return (
      end.state === sent.state &&
      until - from <= twelveHours &&
      !isSeparated &&
      !ended.some((o) => o.end.state !== sent.state && o.end.minute >= from && o.end.minute <= until)
    );
  }

  #start(sent: Sent): boolean {
    const attempts = this.attemptsOf(sent.runId);
    if (attempts.some(({ end }) => end === null)) return false;
    const started = attempts.filter(hasEnded).filter(({ end }) => end.minute >= sent.minute - 1);
    if (attempts.some(({ startMinute }) => startMinute === sent.minute)) return false;
    if (started.length === 0) {
      attempts.push({
        number: attempts.length + 1,
        startMinute: sent.minute,
        end: null,
        host: sent.host,
        isLate: false,
      });
      return true;
    }
    // It started the run that ended next, or, by a clock that is a little wrong, just before.
    started.sort(
      (one, other) =>
        Number(one.end.minute < sent.minute) - Number(other.end.minute < sent.minute) ||
        Math.abs(one.end.minute - sent.minute) - Math.abs(other.end.minute - sent.minute),
    );
    const [first] = started;
    if (first!.startMinute !== null) return false;
    first!.startMinute = sent.minute;
    first!.host ??= sent.host;
    return true;
  }

  #show(attempt: Attempt, { state, minute, placeMinute, isMeasured }: NonNullable<Attempt['end']>): void {
    const all = [...this.#runs.values()].flat().filter(hasEnded);
    const ofHost = all.filter(({ host }) => host === attempt.host);
    if (state === 'success') {
      for (const other of ofHost) if (other.end.placeMinute <= placeMinute) other.isLate = false;
    } else if (this.shown?.state === 'success' && placeMinute < this.shown.placeMinute) {
      attempt.isLate = !ofHost.some(
        ({ end }) =>
          end.state === 'success' && isMeasured && end.isMeasured && end.placeMinute >= placeMinute,
      );
    }
    if (this.shown === null || placeMinute >= this.shown.placeMinute)
      this.shown = { state, minute, placeMinute };
  }
}

const anyReport: fc.Arbitrary<Sent> = fc.record({
  kind: fc.constantFrom('finish', 'finish', 'finish', 'start'),
  runId: fc.constantFrom('a', 'a', 'b', 'c'),
  state: fc.constantFrom('success', 'failed'),
  minute: fc.constantFrom(0, 1, 2, 3, 5, 8, 9, 725, 1_000),
  startMinute: fc.constantFrom(null, null, 0, 1, 2, 4, 8),
  host: fc.constantFrom(null, 'h1', 'h2'),
  aheadMinutes: fc.constantFrom(null, null, 0, 30, -3_000),
});

// Also sends earlier reports again, which random reports would hardly do.
const anySequence = fc
  .array(fc.tuple(anyReport, fc.option(fc.nat({ max: 20 }), { freq: 3 }), fc.boolean()), {
    minLength: 1,
    maxLength: 14,
  })
  .map((drawn) => {
    const sent: Sent[] = [];
    const batches: Sent[][] = [[]];
    for (const [fresh, again, endsBatch] of drawn) {
      const report = (again !== null && sent[again]) || { ...fresh };
      // Measured times are exact only to the second, so equal ones would be in no certain order.
      if (sent.indexOf(report) < 0) {
        report.minute += sent.length / 12;
        if (report.kind === 'start') report.startMinute = report.minute;
        else if (report.startMinute !== null && report.startMinute > report.minute) report.startMinute = null;
        sent.push(report);
      }
      batches.at(-1)!.push(report);
      if (endsBatch) batches.push([]);
    }
    return batches.filter((batch) => batch.length > 0);
  });

const origin = Date.now() - 3 * 24 * 60 * minuteMs;
const instantOf = (minute: number): string => new Date(origin + Math.round(minute * minuteMs)).toISOString();

function toReport(sent: Sent, jobKey: string): SentReport['report'] {
  const common = {
    jobKey,
    title: 'Job',
    toolId: null,
    host: sent.host,
    reportKey: `run:${sent.runId}`,
    sentAt:
      sent.aheadMinutes === null ? null : new Date(Date.now() + sent.aheadMinutes * minuteMs).toISOString(),
  };
  if (sent.kind === 'start') return { kind: 'start', ...common, startedAt: instantOf(sent.minute) };
  return {
    kind: 'finish',
    ...common,
    state: sent.state,
    startedAt: sent.startMinute === null ? null : instantOf(sent.startMinute),
    finishedAt: instantOf(sent.minute),
    durationMs: null,
    message: null,
    exitCode: null,
    metrics: null,
    log: null,
    expectation: null,
  };
}

it(
  'any reports of a job, in any order and in any batches, give the history, the status and the late failures of a simple model ' +
    '[rule 2: repeats] [rule 3: any order] [rule 39: the outcome goes through] [rule 40: measured clocks]',
  async () => {
    const tenant = await makeTenant();
    const client = serviceClient();
    await fc.assert(
      fc.asyncProperty(anySequence, async (batches) => {
        const jobKey = `job-${randomUUID()}`;
        const history = new History();
        for (const batch of batches) {
          const expected = batch.map((sent) => history.record(sent));
          const recorded = await recordReports(
            client,
            batch.map((sent) => ({
              report: toReport(sent, jobKey),
              reporter: { tenantId: tenant.id, apiKeyId: null },
            })),
            AbortSignal.timeout(10_000),
          );
          expect(recorded.map(({ isNew }) => isNew)).toEqual(expected);
          expect(recorded.every(({ runId }) => runId !== null)).toBe(true);
        }

        const runs = await sql`
          select right(r.report_key, 1) as run, r.report_attempt as number, r.state, r.started_at, r.finished_at, r.host,
            r.is_reported_late as late, (f.id is not null) as has_origin
          from public.runs r
          join public.jobs j on j.id = r.job_id
          left join public.runs f on f.id = r.origin_run_id and f.report_key = r.report_key and f.report_attempt = 1
          where j.job_key = ${jobKey}
          order by run, number`;
        const expectedRuns = ['a', 'b', 'c'].flatMap((run) =>
          history.attemptsOf(run).map(({ number, startMinute, end, host, isLate }) => ({
            run,
            number,
            state: end?.state ?? 'running',
            started_at: startMinute === null ? null : new Date(instantOf(startMinute)),
            finished_at: end === null ? null : new Date(instantOf(end.minute)),
            host,
            late: isLate,
            has_origin: number > 1,
          })),
        );
        expect([...runs]).toEqual(expectedRuns);

        const [status] = await sql`
          select last_status, last_finished_at, shown_state, (late.id is not null) as has_late
          from public.job_status s left join public.runs late on late.id = s.late_failure_run_id and late.is_reported_late
          where s.job_key = ${jobKey}`;
        const { shown } = history;
        const hasLate = expectedRuns.some(({ late }) => late);
        const lastStatus = shown?.state === 'success' ? 'success' : 'error';
        expect(status).toEqual(
          shown === null
            ? undefined
            : {
                last_status: lastStatus,
                last_finished_at: new Date(instantOf(shown.minute)),
                shown_state: hasLate && lastStatus === 'success' ? 'late' : lastStatus,
                has_late: hasLate,
              },
        );

        const [totals] = await sql`
          select coalesce(sum(success_count), 0)::integer as success, coalesce(sum(failed_count), 0)::integer as failed
          from public.run_stats_daily s join public.jobs j on j.id = s.job_id where j.job_key = ${jobKey}`;
        const count = (state: string) => expectedRuns.filter((run) => run.state === state).length;
        expect(totals).toEqual({ success: count('success'), failed: count('failed') });
      }),
      { numRuns: 150 },
    );
  },
);
