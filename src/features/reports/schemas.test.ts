import { describe, expect, it } from 'vitest';
import { InvalidInputError } from '#domain/errors.ts';
import { parseJobReport, parseJobStart, type ReportContext } from '#features/reports/schemas.ts';

const context: ReportContext = {
  idempotencyKey: null,
  secrets: ['the-webhook-secret'],
  now: new Date('2026-11-21T00:00:00Z'),
};

const least = { job_key: 'k', title: 't', status: 'success', finished_at: '2026-11-21T06:00:00Z' };
const cron = { type: 'cron', expression: '0 6 * * 1-5', timezone: 'Asia/Tokyo' };

const parse = (fields: Record<string, unknown>, given: Partial<ReportContext> = {}) =>
  parseJobReport({ ...least, ...fields }, { ...context, ...given });

function refusal(act: () => unknown): { error: string; details: unknown } {
  try {
    act();
  } catch (error) {
    if (error instanceof InvalidInputError) return { error: error.message, details: error.details };
    throw error;
  }
  throw new Error('It was not refused');
}

describe('the fields of a report, in the order of the contract', () => {
  it.each([
    ['a list', [], 'Invalid JSON body'],
    ['null', null, 'Invalid JSON body'],
    ['text', 'x', 'Invalid JSON body'],
    ['a number', 1, 'Invalid JSON body'],
    ['nothing', {}, 'job_key is required'],
    ['an empty key', { ...least, job_key: '' }, 'job_key is required'],
    ['a key that is only NUL', { ...least, job_key: '\0' }, 'job_key is required'],
    ['a key that is not text', { ...least, job_key: 1 }, 'job_key is required'],
    ['only a key', { job_key: 'k' }, 'title is required'],
    ['a title that is not text', { ...least, title: { a: 1 } }, 'title is required'],
    ['no status', { ...least, status: undefined }, "status must be 'success' or 'error'"],
    ['another status', { ...least, status: 'ok' }, "status must be 'success' or 'error'"],
    ['an upper-case status', { ...least, status: 'SUCCESS' }, "status must be 'success' or 'error'"],
    ['no finish', { ...least, finished_at: undefined }, 'finished_at is required'],
    ['an empty finish', { ...least, finished_at: '' }, 'finished_at is required'],
    ['null as finish', { ...least, finished_at: null }, 'finished_at is required'],
    [
      'a finish that is not text',
      { ...least, finished_at: 1763704800 },
      'finished_at must be valid ISO 8601',
    ],
    [
      'a finish that only Date accepts',
      { ...least, finished_at: 'Jan 5' },
      'finished_at must be valid ISO 8601',
    ],
    ['everything wrong', { status: 'x', finished_at: 'x', tool_id: 1 }, 'job_key is required'],
    ['a key that is too long and no title', { job_key: 'k'.repeat(201) }, 'title is required'],
  ])('%s: %j', (_what, body, error) => {
    expect(refusal(() => parseJobReport(body, context)).error).toBe(error);
  });
});

describe('names the field in the sentence for any other problem', () => {
  it.each([
    ['job_key', 'k'.repeat(201), 'must be at most 200 characters'],
    ['title', 't'.repeat(501), 'must be at most 500 characters'],
    ['tool_id', 'x', 'must be a UUID'],
    ['tool_id', 5, 'must be a UUID'],
    ['message', 5, 'must be text'],
    ['started_at', 'yesterday', 'must be valid ISO 8601'],
    ['started_at', 5, 'must be valid ISO 8601'],
    ['duration_ms', '5', 'must be a whole number'],
    ['duration_ms', 1.5, 'must be a whole number'],
    ['duration_ms', -1, 'must be at least 0'],
    ['run_id', 5, 'must be text'],
    ['run_id', 'r'.repeat(201), 'must be at most 200 characters'],
    ['exit_code', 2 ** 32, 'must be at most 4294967295'],
    ['exit_code', true, 'must be a whole number'],
    ['host', 'h'.repeat(256), 'must be at most 255 characters'],
    ['log', ['line'], 'must be text'],
    ['metrics', [1], 'must be an object of numbers'],
    [
      'metrics',
      Object.fromEntries(Array.from({ length: 101 }, (_, n) => [`m${n}`, n])),
      'must have at most 100 entries',
    ],
    ['metrics', { ['m'.repeat(101)]: 1 }, 'must have names of at most 100 characters'],
    ['schedule', 'daily', "must be an object with the type 'cron' or 'interval'"],
  ])('%s = %j %s', (field, value, problem) => {
    expect(refusal(() => parse({ [field]: value }))).toEqual({
      error: `${field} ${problem}`,
      details: [{ field, problem }],
    });
  });

  it.each([
    [{ rows: 'many' }, 'metrics.rows', 'must be a number'],
    [{ rows: { deep: [1] } }, 'metrics.rows', 'must be a number'],
  ])('metrics %j', (metrics, field, problem) => {
    expect(refusal(() => parse({ metrics })).details).toEqual([{ field, problem }]);
  });

  it.each([
    [{}, 'schedule.type', "must be an object with the type 'cron' or 'interval'"],
    [{ type: 'cron' }, 'schedule.expression', 'must be a cron expression'],
    [{ type: 'cron', expression: '0 6 * * *' }, 'schedule.timezone', 'must be an IANA time zone'],
    [{ ...cron, timezone: '+09:00' }, 'schedule.timezone', 'must be an IANA time zone'],
    [
      { ...cron, expression: '0 0 30 2 *' },
      'schedule.expression',
      "'0 0 30 2 *' matches no date in the next 10 years.",
    ],
    [{ ...cron, late_tolerence_seconds: 5 }, 'schedule.late_tolerence_seconds', 'is not a known field'],
    [{ ...cron, late_tolerance_seconds: -1 }, 'schedule.late_tolerance_seconds', 'must be at least 0'],
    [{ ...cron, failure_threshold: 0 }, 'schedule.failure_threshold', 'must be at least 1'],
    [{ type: 'interval' }, 'schedule.seconds', 'must be a whole number'],
    [{ type: 'interval', seconds: 0 }, 'schedule.seconds', 'must be at least 1'],
    [{ type: 'interval', seconds: 31_622_401 }, 'schedule.seconds', 'must be at most 31622400'],
  ])('schedule %j', (schedule, field, problem) => {
    expect(refusal(() => parse({ schedule })).details).toContainEqual({ field, problem });
  });

  it('names every field that is wrong, the first one in the sentence', () => {
    expect(refusal(() => parse({ host: 1, exit_code: 'x' }))).toEqual({
      error: 'host must be text',
      details: [
        { field: 'host', problem: 'must be text' },
        { field: 'exit_code', problem: 'must be a whole number' },
      ],
    });
  });

  it('an Idempotency-Key that is too long', () => {
    expect(refusal(() => parse({}, { idempotencyKey: 'i'.repeat(201) })).error).toBe(
      'Idempotency-Key must be at most 200 characters',
    );
  });
});

describe('accepted reports', () => {
  it('the Python snippet that scripts carry sends null for no message', () => {
    expect(parse({ message: null, tool_id: null })).toMatchObject({ message: null, toolId: null });
  });

  it('optional fields that are null or empty count as absent', () => {
    const fields = [
      'started_at',
      'duration_ms',
      'run_id',
      'exit_code',
      'host',
      'log',
      'metrics',
      'schedule',
      'tool_id',
      'message',
    ];
    for (const nothing of [null, '']) {
      const report = parse(Object.fromEntries(fields.map((field) => [field, nothing])));
      expect(report).toMatchObject({
        startedAt: null,
        durationMs: null,
        exitCode: null,
        host: null,
        log: null,
        metrics: null,
        expectation: null,
        toolId: null,
        message: null,
        reportKey: 'same:success:2026-11-21T06:00:00.000Z',
      });
    }
  });

  it("say when they were sent, by the sender's clock", () => {
    const sent = { sent_at: '2026-11-21T15:00:01+09:00' };
    expect(parse(sent).sentAt).toBe('2026-11-21T06:00:01.000Z');
    expect(parse({}).sentAt).toBeNull();
  });

  it('unknown fields are ignored at any depth', () => {
    const deep = JSON.parse('['.repeat(100_000) + ']'.repeat(100_000)) as unknown;
    expect(parse({ extra: deep })).not.toHaveProperty('extra');
  });

  it.each([
    [0, 0],
    [-1, -1],
    [255, 255],
    [3221225477, -1073741819],
  ])('exit code %i is kept as %i', (given, kept) => {
    expect(parse({ exit_code: given }).exitCode).toBe(kept);
  });

  it('NUL and lone surrogates are replaced everywhere', () => {
    const report = parse({
      job_key: 'k\0',
      title: 't\ud800',
      message: 'm\0\udc00',
      host: 'h\0',
      log: 'l\0',
      metrics: { 'a\0': 1 },
    });
    expect(report).toMatchObject({
      jobKey: 'k',
      title: 't\ufffd',
      message: 'm\ufffd',
      host: 'h',
      log: { head: 'l' },
      metrics: { a: 1 },
    });
  });

  it('limits count characters as the database does, so 200 emoji are 200', () => {
    expect(parse({ job_key: '😀'.repeat(200) }).jobKey).toHaveLength(400);
  });

  it('a metric named like a JavaScript property does no harm', () => {
    const metrics = JSON.parse('{"__proto__": 1, "constructor": 2}') as unknown;
    expect(JSON.stringify(parse({ metrics }).metrics)).toBe('{"constructor":2}');
  });

  it('the message and the log are redacted [rule 6: log and redaction]', () => {
    const report = parse({ message: 'the-webhook-secret', log: 'password=hunter2' });
    expect(report).toMatchObject({ message: '[redacted]', log: { head: 'password=[redacted]' } });
  });

  it('no part of a secret survives at the place where the log is cut [rule 6: log and redaction]', () => {
    const log = `${'x'.repeat(16 * 1024 - 5)}the-webhook-secret${'y'.repeat(100_000)}`;
    expect(parse({ log }).log?.head).not.toContain('the-w');
  });

  it('a message that is too long is clipped, so that its report is not lost', () => {
    expect(parse({ message: 'm'.repeat(20_000) }).message).toMatch(/characters cut/);
  });
});

describe('what makes a report the same report [rule 2: repeats]', () => {
  it.each([
    ['its run id', { run_id: 'r1' }, { idempotencyKey: 'i1' }, 'run:r1'],
    ['else its Idempotency-Key', {}, { idempotencyKey: 'i1' }, 'idempotency:i1'],
    ['else outcome and finish', { status: 'error' }, {}, 'same:error:2026-11-21T06:00:00.000Z'],
    [
      'the finish as an instant',
      { finished_at: '2026-11-21T15:00:00+09:00' },
      {},
      'same:success:2026-11-21T06:00:00.000Z',
    ],
    [
      'to the microsecond',
      { finished_at: '2026-11-21T06:00:00.123456' },
      {},
      'same:success:2026-11-21T06:00:00.123456Z',
    ],
  ])('%s', (_what, fields, given, reportKey) => {
    expect(parse(fields, given).reportKey).toBe(reportKey);
  });
});

describe('a schedule [rule 8: tolerances and thresholds]', () => {
  it('is stored in one form, without absent fields', () => {
    const schedule = {
      ...cron,
      expression: ' 0  6 * * 1-5 ',
      late_tolerance_seconds: 600,
      max_run_seconds: null,
    };
    expect(JSON.parse(JSON.stringify(parse({ schedule }).expectation))).toEqual({
      type: 'cron',
      expression: '0 6 * * 1-5',
      timezone: 'Asia/Tokyo',
      lateToleranceSeconds: 600,
    });
  });

  it('of an interval has no zone', () => {
    const schedule = { type: 'interval', seconds: 3600, timezone: 'Asia/Tokyo' };
    expect(JSON.parse(JSON.stringify(parse({ schedule }).expectation))).toEqual({
      type: 'interval',
      seconds: 3600,
    });
  });
});

describe('a start', () => {
  const start = { job_key: 'k', title: 't', run_id: 'r1', started_at: '2026-11-21T06:00:00Z' };

  it.each([
    ['job_key', 'job_key is required'],
    ['title', 'title is required'],
    ['run_id', 'run_id is required'],
    ['started_at', 'started_at is required'],
  ])('without %s is refused', (field, error) => {
    expect(refusal(() => parseJobStart({ ...start, [field]: undefined })).error).toBe(error);
  });

  it('with an invalid time is refused', () => {
    expect(refusal(() => parseJobStart({ ...start, started_at: '1' })).error).toBe(
      'started_at must be valid ISO 8601',
    );
  });

  it('has the same key as the report that finishes its run', () => {
    expect(parseJobStart(start).report.reportKey).toBe(parse({ run_id: 'r1' }).reportKey);
  });
});
