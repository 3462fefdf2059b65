const daySeconds = 86_400;
const mebibyte = 1024 * 1024;

/** The length of a leap year. Use a cron pattern or a one-shot for anything less frequent. */
const yearSeconds = 366 * daySeconds;

const upToADay = { min: 0, max: daySeconds };
const upToAYear = { min: 0, max: yearSeconds };
const concurrency = { min: 1, max: 1_000 };
const email = { min: 3, max: 320 };
const name = { min: 1, max: 200 };
const webAddress = { max: 2_000 };
const cronCharacters = { max: 200 };
const slug = { max: 64 };
const threshold = { min: 1, max: 1_000 };

/**
 * Limits of columns, by table: characters of a text, entries of a list, or a number itself. The database has the same limits
 * (supabase/tests/limits.db.test.ts).
 */
export const limits = {
  tenants: { name, timeZone: { min: 1, max: 64 } },
  members: { email, displayName: { max: 200 } },
  invitations: { email },
  tools: { name, description: { max: 2_000 }, url: webAddress },
  apiKeys: { name, prefix: { min: 8, max: 16 }, scopes: { min: 1, max: 3 } },
  plugins: { pluginKey: slug, name, baseUrl: webAddress, concurrencyLimit: concurrency },
  pluginSecrets: { signingSecret: { min: 32 } },
  jobs: {
    jobKey: { min: 1, max: 200 },
    title: { min: 1, max: 500 },
    timeoutSeconds: { min: 1, max: daySeconds },
    maxAttempts: { min: 1, max: 100 },
    backoffSeconds: upToADay,
    maxBackoffSeconds: upToADay,
    concurrencyLimit: concurrency,
    cursor: { max: 8_000 },
    expectedCron: cronCharacters,
    expectedIntervalSeconds: { min: 1, max: yearSeconds },
    earlyToleranceSeconds: upToAYear,
    lateToleranceSeconds: upToAYear,
    maxRunSeconds: upToAYear,
    minRunSeconds: upToAYear,
    failureThreshold: threshold,
    recoveryThreshold: threshold,
  },
  jobSecrets: { name: slug, value: { min: 1, max: 8_000 } },
  schedules: {
    cronExpression: cronCharacters,
    intervalSeconds: { min: 1, max: yearSeconds },
    /** More missed runs at once than this would overload the system. */
    misfireLimit: { min: 1, max: 1_000 },
    spreadSeconds: upToADay,
  },
  occurrences: { instantCount: { min: 1 } },
  runs: { durationMs: { min: 0 }, eventsProcessed: { min: 0 } },
  runLogs: { cutCharacters: { min: 0 } },
} as const;

/** How long an invitation can be used; the database checks the same. */
export const invitationDays = 7;

/** How long a worker holds a run after a heartbeat [rule 24: leases]; also the default in the database's functions. */
export const leaseSeconds = 30;

/**
 * How many runs of a job are queued before a worker takes them [rule 42: nobody stops others]; the others wait in the job's line.
 * Only the database uses it, as a default of its functions.
 * @internal
 */
export const queuedRunsPerJob = 10;

/** A clock that is further ahead counts as wrong [rule 5: wrong clocks]; the database uses the same limit for reports. */
export const clockAheadMinutesMax = 5;

/** The misfire limit if none is set. */
export const misfireLimitDefault = 100;
export const blackoutsMax = 50;

/** A server can ask for a longer wait, but cannot block a run forever. */
export const retryAfterSecondsMax = daySeconds;
export const snoozeSecondsMax = daySeconds;

export const passwordCharactersMin = 12;
/** Bcrypt reads no more. */
export const passwordBytesMax = 72;
/** The longest password that is compared; no stored password is longer. */
export const typedPasswordCharactersMax = 1_000;

export const searchCharactersMax = 200;

/** Limits of a report, in addition to those of its job. */
export const reportLimits = {
  bytes: mebibyte,
  batch: 500,
  hostCharacters: 255,
  runIdCharacters: 200,
  idempotencyKeyCharacters: 200,
  durationMs: 10 * yearSeconds * 1_000,
  metrics: 100,
  metricNameCharacters: 100,
} as const;
export const apiBytesMax = mebibyte / 4;
export const manifestBytesMax = mebibyte / 4;
/** The response of a remote plugin, or its report to the result URL. */
export const pluginAnswerBytesMax = mebibyte;
export const pluginProgressBytesMax = 16 * 1024;

/** The longest stored message. A longer one loses its middle, because a report must not be rejected for its length. */
export const messageCharactersMax = 10_000;
export const progressNoteCharactersMax = 500;
/** JSON of a run's result. */
export const resultCharactersMax = 64 * 1024;
/** The stored parts of a log. The end shows why a run failed. */
export const logHeadCharacters = 16 * 1024;
export const logTailCharacters = 48 * 1024;
