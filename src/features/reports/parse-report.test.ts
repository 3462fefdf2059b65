import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { InvalidInputError } from '#domain/errors.ts';
import { hasTimeWithoutZone, parseJobReport, parseJobStart, type ReportContext } from './parse-report.ts';

const context: ReportContext = {
  idempotencyKey: null,
  secrets: ['the-webhook-secret'],
  now: new Date('2026-11-21T00:00:00Z'),
  timeZone: 'Asia/Tokyo',
};

const least = { job_key: 'k', title: 't', status: 'success', finished_at: '2026-11-21T06:00:00Z' };
const cron = { type: 'cron', expression: '0 6 * * 1-5', timezone: 'Asia/Tokyo' };

const parse = (fields: Record<string, unknown>, given: Partial<ReportContext> = {}) =>
  parseJobReport({ ...least, ...fields }, { ...context, ...given }).report;
const warningsOf = (fields: Record<string, unknown>) =>
  parseJobReport({ ...least, ...fields }, context).warnings;
const ignored = (field: string, problem: string) => ({ field, problem, ignored: true });
const changed = (field: string, problem: string) => ({ field, problem, ignored: false });

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
    ['a blank key', { ...least, job_key: ' \u200b\r\n' }, 'job_key is required'],
    ['a key that is neither text nor a number', { ...least, job_key: true }, 'job_key is required'],
    ['a blank title', { ...least, title: '\u3000' }, 'title is required'],
    ['a status that is not text', { ...least, status: true }, "status must be 'success' or 'error'"],
    ['a blank finish', { ...least, finished_at: ' ' }, 'finished_at is required'],
    ['only a key', { job_key: 'k' }, 'title is required'],
    ['a title that is not text', { ...least, title: { a: 1 } }, 'title is required'],
    ['no status', { ...least, status: undefined }, "status must be 'success' or 'error'"],
    ['another status', { ...least, status: 'ok' }, "status must be 'success' or 'error'"],
    ['an upper-case status', { ...least, status: 'SUCCESS' }, "status must be 'success' or 'error'"],
    ['no finish', { ...least, finished_at: undefined }, 'finished_at is required'],
    ['an empty finish', { ...least, finished_at: '' }, 'finished_at is required'],
    ['null as finish', { ...least, finished_at: null }, 'finished_at is required'],
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

describe('a field that refuses a report says why', () => {
  it('in details, while the sentence stays as it was', () => {
    expect(refusal(() => parse({ finished_at: '11/12/2026' }))).toEqual({
      error: 'finished_at must be valid ISO 8601',
      details: [
        {
          field: 'finished_at',
          problem: 'does not say which number is the month: send for example 2026-11-27',
        },
      ],
    });
  });

  it('if the key is too long, because a shorter one could be the key of another job', () => {
    const problem = 'must be at most 200 characters';
    expect(refusal(() => parse({ job_key: 'k'.repeat(201) }))).toEqual({
      error: `job_key ${problem}`,
      details: [{ field: 'job_key', problem }],
    });
  });
});

describe('an optional field is taken as meant [rule 39: the outcome goes through]', () => {
  it.each<[field: string, given: unknown, read: Record<string, unknown>]>([
    ['job_key', 5, { jobKey: '5' }],
    ['job_key', ' job\r\n', { jobKey: 'job' }],
    ['job_key', '\ufeffcafe\u0301', { jobKey: 'café' }],
    ['title', 120, { title: '120' }],
    ['title', ' Title ', { title: 'Title' }],
    ['status', 'error\r\n', { state: 'failed' }],
    ['finished_at', 1795759200, { finishedAt: '2026-11-27T06:00:00.000Z' }],
    ['started_at', '1795759200', { startedAt: '2026-11-27T06:00:00.000Z' }],
    ['sent_at', 1795759200.5, { sentAt: '2026-11-27T06:00:00.500Z' }],
    ['run_id', 12345, { reportKey: 'run:12345' }],
    ['run_id', ' r1 ', { reportKey: 'run:r1' }],
    ['host', 17, { host: '17' }],
    ['tool_id', '{7D4A3C0E-2F0B-4D55-8A1E-5B8F0C9D2E11}', { toolId: '7d4a3c0e-2f0b-4d55-8a1e-5b8f0c9d2e11' }],
    ['tool_id', '7d4a3c0e2f0b4d558a1e5b8f0c9d2e11', { toolId: '7d4a3c0e-2f0b-4d55-8a1e-5b8f0c9d2e11' }],
    ['message', 120, { message: '120' }],
    ['message', true, { message: 'true' }],
    ['message', { error: 'disk' }, { message: '{"error":"disk"}' }],
    ['message', ['one', 'two'], { message: 'one\ntwo' }],
    ['log', ['one', 'two'], { log: { head: 'one\ntwo', tail: '', cutCharacters: 0 } }],
    ['duration_ms', 12.7, { durationMs: 13 }],
    ['duration_ms', ' 1200 ', { durationMs: 1200 }],
    ['duration_ms', '1.2e3', { durationMs: 1200 }],
    ['duration_ms', -0.2, { durationMs: 0 }],
    ['exit_code', '1', { exitCode: 1 }],
    ['exit_code', ' 1 ', { exitCode: 1 }],
    ['exit_code', '1.0', { exitCode: 1 }],
    ['exit_code', '0xC0000005', { exitCode: -1073741819 }],
    ['metrics', [], { metrics: {} }],
    ['metrics', { rows: '12', ratio: '0.5', none: null }, { metrics: { rows: 12, ratio: 0.5 } }],
    [
      'schedule',
      { expression: ' 0  6 * * * ', timezone: ' Asia/Tokyo ', max_run_seconds: '60', failure_threshold: '2' },
      {
        expectation: {
          type: 'cron',
          expression: '0 6 * * *',
          timezone: 'Asia/Tokyo',
          maxRunSeconds: 60,
          failureThreshold: 2,
        },
      },
    ],
    ['schedule', { seconds: 3600.2 }, { expectation: { type: 'interval', seconds: 3600 } }],
  ])('%s = %j', (field, given, read) => {
    const { report, warnings } = parseJobReport({ ...least, [field]: given }, context);
    expect(JSON.parse(JSON.stringify(report))).toMatchObject(read);
    expect(warnings).toEqual([]);
  });
});

describe('a field that cannot be taken is left out and named [rule 39: the outcome goes through]', () => {
  it.each<[field: string, given: unknown, problem: string]>([
    ['tool_id', 'x', 'must be a UUID'],
    ['tool_id', 5, 'must be a UUID'],
    [
      'started_at',
      'yesterday',
      'cannot be read as a date and time: send for example 2026-11-27T15:00:00+09:00',
    ],
    ['sent_at', '11/12/2026', 'does not say which number is the month: send for example 2026-11-27'],
    ['duration_ms', 'long', 'must be a whole number'],
    ['duration_ms', true, 'must be a whole number'],
    ['duration_ms', -1, 'must be at least 0'],
    ['duration_ms', 'NaN', 'must be a whole number'],
    ['duration_ms', 1e300, 'must be a whole number'],
    ['run_id', true, 'must be text'],
    ['run_id', { id: 1 }, 'must be text'],
    ['exit_code', 2 ** 32, 'must be at most 4294967295'],
    ['exit_code', true, 'must be a whole number'],
    ['exit_code', 1.5, 'must be a whole number'],
    ['host', ['h'], 'must be text'],
    ['metrics', [1], 'must be an object of numbers'],
    ['metrics', 'rows=1', 'must be an object of numbers'],
    ['schedule', 'daily', "must be an object with the type 'cron' or 'interval'"],
  ])('%s = %j %s', (field, given, problem) => {
    const { report, warnings } = parseJobReport({ ...least, [field]: given }, context);
    expect(warnings).toEqual([ignored(field, problem)]);
    // The job keeps its tool.
    expect(report).toEqual({ ...parse({}), ...(field === 'tool_id' && { isToolUnreadable: true }) });
  });

  it.each([
    [{ rows: 'many', good: 1 }, 'metrics.rows', 'must be a number'],
    [{ rows: { deep: [1] }, good: 1 }, 'metrics.rows', 'must be a number'],
    [{ rows: true, good: 1 }, 'metrics.rows', 'must be a number'],
    [{ rows: 'NaN', good: 1 }, 'metrics.rows', 'must be a number'],
    [{ rows: Infinity, good: 1 }, 'metrics.rows', 'must be a number'],
    [{ good: 1, 'a\u202eb\n': '', 'a\u202ec': 'x' }, 'metrics.a[U+202E]c', 'must be a number'],
  ])('a metric that is no number, not the others: %j', (metrics, field, problem) => {
    expect(parse({ metrics }).metrics).toEqual({ good: 1 });
    expect(warningsOf({ metrics })).toEqual([ignored(field, problem)]);
  });

  it('the metrics above the limit, and those with a long name', () => {
    const metrics = Object.fromEntries(Array.from({ length: 150 }, (_, n) => [`m${n}`, n]));
    expect(Object.keys(parse({ metrics }).metrics ?? {})).toHaveLength(100);
    expect(warningsOf({ metrics })).toEqual([
      ignored('metrics', 'must have at most 100 entries; the others were left out'),
    ]);
    const [warning] = warningsOf({ metrics: { ['m'.repeat(101)]: 1 } });
    expect(warning?.problem).toBe('must have a name of at most 100 characters');
    expect(warning?.field.length).toBeLessThanOrEqual(101);
  });

  const unusable = ignored('schedule', 'cannot be used without it');
  it.each<[schedule: object, warnings: object[]]>([
    [{}, [ignored('schedule.type', "must be an object with the type 'cron' or 'interval'")]],
    [
      { type: 'cron' },
      [ignored('schedule.expression', 'is required'), ignored('schedule.timezone', 'is required'), unusable],
    ],
    [{ type: 'cron', expression: '0 6 * * *' }, [ignored('schedule.timezone', 'is required'), unusable]],
    [{ ...cron, timezone: 'JST' }, [ignored('schedule.timezone', 'is not a known time zone'), unusable]],
    [{ ...cron, timezone: '+09:00' }, [ignored('schedule.timezone', 'is not a known time zone'), unusable]],
    [
      { ...cron, expression: '0 0 30 2 *' },
      [
        ignored('schedule.expression', "cannot be used: '0 0 30 2 *' matches no date in the next 10 years."),
        unusable,
      ],
    ],
    [{ type: 'interval' }, [ignored('schedule.seconds', 'is required'), unusable]],
    [{ type: 'interval', seconds: 0 }, [ignored('schedule.seconds', 'must be at least 1'), unusable]],
    [
      { type: 'interval', seconds: 31_622_401 },
      [ignored('schedule.seconds', 'must be at most 31622400'), unusable],
    ],
  ])('a schedule that cannot be used: %j', (schedule, warnings) => {
    expect(parse({ schedule }).expectation).toBeNull();
    expect(warningsOf({ schedule })).toEqual(warnings);
  });

  it.each([
    ['late_tolerence_seconds', 5, 'is not a known field'],
    ['late_tolerance_seconds', -1, 'must be at least 0'],
    ['late_tolerance_seconds', 'soon', 'must be a whole number'],
    ['failure_threshold', 0, 'must be at least 1'],
    ['failure_threshold', 1.5, 'must be a whole number'],
  ])('a tolerance alone, not its schedule: %s = %j', (field, given, problem) => {
    const schedule = { ...cron, [field]: given };
    expect(parse({ schedule }).expectation).toEqual(parse({ schedule: cron }).expectation);
    expect(warningsOf({ schedule })).toEqual([ignored(`schedule.${field}`, problem)]);
  });

  it('all of them at once, up to twenty', () => {
    const metrics = Object.fromEntries(Array.from({ length: 50 }, (_, n) => [`m${n}`, 'x']));
    const warnings = warningsOf({ host: [], exit_code: 'x', metrics });
    expect(warnings.slice(0, 2).map(({ field }) => field)).toEqual(['exit_code', 'host']);
    expect(warnings).toHaveLength(20);
    expect(warnings.at(-1)).toEqual(changed('warnings', 'have 33 more'));
  });
});

describe('a text that is too long does not cost the report [rule 39: the outcome goes through]', () => {
  it('a title and a host are cut, with a warning', () => {
    const fields = { title: '😀'.repeat(501), host: 'h'.repeat(300) };
    expect(parse(fields)).toMatchObject({ title: '😀'.repeat(500), host: 'h'.repeat(255) });
    expect(warningsOf(fields)).toEqual([
      changed('title', 'was cut to 500 characters'),
      changed('host', 'was cut to 255 characters'),
    ]);
  });

  it('a run id is shortened so that different runs stay different', () => {
    const [one, other] = ['a', 'b'].map((end) => parse({ run_id: 'r'.repeat(300) + end }).reportKey);
    expect(one).not.toBe(other);
    expect(one).toHaveLength('run:'.length + 200);
    expect(warningsOf({ run_id: 'r'.repeat(300) })).toEqual([
      changed('run_id', 'was shortened to 200 characters'),
    ]);
  });

  it('so is an Idempotency-Key', () => {
    const keyOf = (end: string) => parse({}, { idempotencyKey: 'i'.repeat(300) + end }).reportKey;
    expect(keyOf('a')).not.toBe(keyOf('b'));
    expect(keyOf('a')).toHaveLength('idempotency:'.length + 200);
  });
});

describe('any value of any optional field', () => {
  const optional = [
    'tool_id',
    'host',
    'sent_at',
    'message',
    'started_at',
    'duration_ms',
    'run_id',
    'exit_code',
    'log',
    'metrics',
    'schedule',
  ];
  const part = fc.oneof(
    fc.string(),
    fc.double(),
    fc.boolean(),
    fc.constant(null),
    fc.constantFrom('1', ' 2.5 ', 'NaN', 'Asia/Tokyo', '0 6 * * *', '2026-11-27 15:00:00'),
  );
  const value = fc.oneof(
    part,
    fc.array(part, { maxLength: 3 }),
    fc.dictionary(
      fc.oneof(fc.string(), fc.constantFrom('type', 'expression', 'timezone', 'seconds', 'value')),
      fc.oneof(part, fc.constantFrom('cron', 'interval')),
      { maxKeys: 5 },
    ),
  );

  it('never refuses the report, and each is named at most once [rule 39: the outcome goes through]', () => {
    fc.assert(
      fc.property(
        fc.record(Object.fromEntries(optional.map((field) => [field, value])), { requiredKeys: [] }),
        (fields) => {
          const { report, warnings } = parseJobReport({ ...least, ...fields }, context);
          expect(report).toMatchObject({ jobKey: 'k', title: 't', state: 'success' });
          // Two names of metrics can look alike once they stand on one line.
          const named = warnings.map(({ field }) => field).filter((field) => !field.startsWith('metrics.'));
          const whole = JSON.stringify(report);
          expect(whole.isWellFormed() && !whole.includes('\u0000')).toBe(true);
          expect(new Set(named).size).toBe(named.length);
          for (const { field } of warnings) expect(Object.keys(fields)).toContain(field.split('.')[0]);
        },
      ),
      { numRuns: 2_000, examples: [[{ metrics: { '': 'x', ' ': 'x', '\u0000': 'x' } }]] },
    );
  });
});

describe('times without a zone', () => {
  const local = { finished_at: '2026-11-21 15:00:00' };

  it("are in the company's zone", () => {
    expect(hasTimeWithoutZone({ ...least, ...local })).toBe(true);
    expect(hasTimeWithoutZone({ ...least, sent_at: 1795759200, started_at: 'x' })).toBe(false);
    expect(parse(local).finishedAt).toBe('2026-11-21T06:00:00.000Z');
    expect(parse(local, { timeZone: 'Europe/London' }).finishedAt).toBe('2026-11-21T15:00:00.000Z');
  });

  it('of one report are all in UTC if its finish is', () => {
    const fields = { finished_at: '2026-11-21T06:00:00', started_at: '2026-11-21T02:00:00' };
    const now = new Date('2026-11-21T06:00:30Z');
    expect(parse(fields, { now })).toMatchObject({
      startedAt: '2026-11-21T02:00:00.000Z',
      finishedAt: '2026-11-21T06:00:00.000Z',
    });
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
      { finished_at: '2026-11-21T06:00:00.123456Z' },
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
    expect(refusal(() => parseJobStart({ ...start, [field]: undefined }, context)).error).toBe(error);
  });

  it('with an invalid time is refused', () => {
    expect(refusal(() => parseJobStart({ ...start, started_at: '1' }, context)).error).toBe(
      'started_at must be valid ISO 8601',
    );
  });

  it('is not refused for an optional field [rule 39: the outcome goes through]', () => {
    const given = { ...start, tool_id: 'x', host: true, title: 't'.repeat(501), run_id: 5 };
    const { report, runId, warnings } = parseJobStart(given, context);
    expect(report).toMatchObject({ toolId: null, host: null, reportKey: 'run:5' });
    expect(runId).toBe('5');
    expect(warnings.map(({ field }) => field)).toEqual(['title', 'tool_id', 'host']);
  });

  it('has the same key as the report that finishes its run', () => {
    expect(parseJobStart(start, context).report.reportKey).toBe(parse({ run_id: 'r1' }).reportKey);
  });
});

describe('a secret in a field that is left out [rule 6: log and redaction]', () => {
  const secrets = ['the-webhook-secret', 'AKIAIOSFODNN7EXAMPLE', 'Bearer abcdefghijklmnopqrstuvwxyz'];
  const padding = fc.string({ maxLength: 120 });

  it('is never in the warnings, wherever and however deep it was sent', () => {
    const name = fc.constantFrom(
      ...['message', 'log', 'tool_id', 'host', 'run_id', 'exit_code', 'duration_ms', 'started_at', 'sent_at'],
      ...['metrics', 'schedule', 'unknown'],
    );
    fc.assert(
      fc.property(name, fc.constantFrom(...secrets), padding, padding, (field, secret, before, after) => {
        const text = `${before} ${secret} ${after}`;
        const shapes: unknown[] = [
          text,
          [text],
          { [text]: 'x' },
          { type: text },
          { type: 'cron', expression: text, timezone: 'Asia/Tokyo' },
          { type: 'cron', expression: '0 6 * * *', timezone: text },
          { type: 'interval', seconds: text, [text]: text },
        ];
        for (const value of shapes) {
          const said = JSON.stringify(warningsOf({ [field]: value }));
          expect(said).not.toContain(secret.replace('Bearer ', ''));
          const started = { [field]: value, started_at: '2026-11-21T06:00:00Z', run_id: 'r' };
          const ofStart = JSON.stringify(parseJobStart({ ...least, ...started }, context).warnings);
          expect(ofStart).not.toContain(secret.replace('Bearer ', ''));
        }
      }),
      { numRuns: 300 },
    );
  });
});
