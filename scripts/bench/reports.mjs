// @ts-check
// Measures how many reports a second a real portal acknowledges after their commit, and how long each takes, compared with
// raw inserts of the same rows into the same database in the same run. `npm run bench:reports [seconds per measurement]`.
import { randomUUID } from 'node:crypto';
import os from 'node:os';
import process from 'node:process';
import { ensurePackages, onCurrentNode } from '../prepare.mjs';

const jobs = 200;
const connectionCounts = [1, 32, 128];
const seconds = Number(process.argv[2] ?? '8');
const warmUpSeconds = 3;

/** @typedef {{ name: string, perSecond: number, p50?: number, p95?: number, p99?: number, note?: string }} Figure */

/** @param {number[]} sorted @param {number} share */
const percentile = (sorted, share) =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;

/** @param {string} name @param {number[]} latencies @param {number} elapsedMs @returns {Figure} */
function toFigure(name, latencies, elapsedMs) {
  latencies.sort((a, b) => a - b);
  return {
    name,
    perSecond: (latencies.length / elapsedMs) * 1000,
    p50: percentile(latencies, 0.5),
    p95: percentile(latencies, 0.95),
    p99: percentile(latencies, 0.99),
  };
}

let count = 0;

function newReport() {
  count += 1;
  return {
    job_key: `bench-${count % jobs}`,
    title: `計測 ${count % jobs}`,
    status: count % 10 === 0 ? 'error' : 'success',
    finished_at: new Date().toISOString(),
    message: `処理が完了しました (${count} 件)`,
    run_id: randomUUID(),
  };
}

/** Returns the same report as a row for record_reports. @param {number} position */
function newReportRow(position) {
  const { status, run_id, ...rest } = newReport();
  const state = status === 'success' ? 'success' : 'failed';
  return { ...rest, position, kind: 'finish', state, report_key: `run:${run_id}` };
}

/**
 * @param {string} url @param {string} secret @param {number} connections @param {number} duration
 * @returns {Promise<{ figure: Figure, acknowledged: number, refused: number }>}
 */
async function measureRoute(url, secret, connections, duration) {
  const { default: autocannon } = await import('autocannon');
  /** @type {number[]} */
  const latencies = [];
  let refused = 0;
  const startedAt = performance.now();
  await new Promise((resolve, reject) => {
    const instance = autocannon(
      {
        url: `${url}/api/monitor/job-report`,
        connections,
        duration,
        requests: [
          {
            method: 'POST',
            headers: { 'Content-Type': 'application/json', 'X-TC-Portal-Webhook-Secret': secret },
            setupRequest: (/** @type {object} */ request) => ({
              ...request,
              body: JSON.stringify(newReport()),
            }),
          },
        ],
      },
      (/** @type {Error | null} */ error, /** @type {unknown} */ result) =>
        error ? reject(error) : resolve(result),
    );
    /** @type {(client: unknown, status: number, bytes: number, milliseconds: number) => void} */
    const onResponse = (_client, status, _bytes, milliseconds) => {
      if (status === 200) latencies.push(milliseconds);
      else refused += 1;
    };
    instance.on('response', onResponse);
  });
  const name = `POST /api/monitor/job-report, ${connections} connection${connections === 1 ? '' : 's'}`;
  const figure = toFigure(name, latencies, performance.now() - startedAt);
  return { figure, acknowledged: latencies.length, refused };
}

/**
 * Repeats the same action on several connections at once.
 * @param {string} name @param {number} clients @param {number} rowsEach @param {(client: number) => Promise<unknown>}
 * act
 * @returns {Promise<Figure>}
 */
async function measureClients(name, clients, rowsEach, act) {
  /** @type {number[]} */
  const latencies = [];
  const startedAt = performance.now();
  const endsAt = startedAt + seconds * 1000;
  await Promise.all(
    Array.from({ length: clients }, async (_, client) => {
      while (performance.now() < endsAt) {
        const beganAt = performance.now();
        await act(client);
        latencies.push(performance.now() - beganAt);
      }
    }),
  );
  const figure = toFigure(name, latencies, performance.now() - startedAt);
  return { ...figure, perSecond: figure.perSecond * rowsEach };
}

/** @param {Figure} figure */
function print({ name, perSecond, p50, p95, p99, note }) {
  const milliseconds = (/** @type {number | undefined} */ value) =>
    (value ?? Number.NaN).toFixed(1).padStart(8);
  const rate = Math.round(perSecond).toLocaleString('en').padStart(9);
  process.stdout.write(
    `${name.padEnd(58)}${rate} ${milliseconds(p50)} ${milliseconds(p95)} ${milliseconds(p99)}  ${note ?? ''}\n`,
  );
}

await onCurrentNode(async () => {
  await ensurePackages(import.meta.dirname);
  const { default: postgres } = await import('postgres');
  const { startPortal } = await import('../../src/testing/portal/start-portal.ts');
  process.stdout.write('Starting a portal (and building the pages if necessary) …\n');
  const portal = await startPortal({ environment: { TC_PORTAL_REPORTS_PER_MINUTE: '1000000000' } });
  const { secrets, url } = portal;
  const clients = 16;
  const sql = postgres({
    host: '127.0.0.1',
    port: Number(secrets.TC_PORTAL_DATABASE_PORT),
    user: 'postgres',
    password: secrets.TC_PORTAL_DATABASE_PASSWORD,
    database: 'postgres',
    max: clients,
    onnotice: () => {},
  });
  try {
    const secret = secrets.TC_PORTAL_WEBHOOK_SECRET ?? '';
    const cpu = os.cpus()[0]?.model ?? 'unknown processor';
    process.stdout.write(
      `${os.availableParallelism()} x ${cpu}, Node ${process.version}, ${seconds} s each\n\n`,
    );
    process.stdout.write(`${''.padEnd(58)}${'rows/s'.padStart(9)}   p50 ms   p95 ms   p99 ms\n`);

    const warmUp = await measureRoute(url, secret, 32, warmUpSeconds);
    let acknowledged = warmUp.acknowledged;
    /** @type {Figure[]} */
    const routes = [];
    for (const connections of connectionCounts) {
      const measured = await measureRoute(url, secret, connections, seconds);
      acknowledged += measured.acknowledged;
      const note = measured.refused > 0 ? `${measured.refused} refused` : '';
      routes.push({ ...measured.figure, note });
      print({ ...measured.figure, note });
    }
    const [stored] = await sql`select count(*)::integer as runs from public.runs`;

    const [job] = await sql`select id, tenant_id from public.jobs order by job_key limit 1`;
    const raw = await measureClients(
      `raw inserts of the run alone, ${clients} connections`,
      clients,
      1,
      async () => {
        const report = newReportRow(0);
        await sql`
        insert into public.runs
          (tenant_id, job_id, trigger, state, finished_at, ordered_at, message, report_key)
        values (${job?.tenant_id}, ${job?.id}, 'report', ${report.state}, ${report.finished_at}, ${report.finished_at},
          ${report.message}, ${report.report_key})`;
      },
    );
    print(raw);

    for (const [callers, rows] of /** @type {const} */ ([
      [clients, 1],
      [2, 64],
      [2, 500],
    ])) {
      const name = `record_reports, ${rows} a call, ${callers} connections`;
      print(
        await measureClients(name, callers, rows, async () => {
          const reports = Array.from({ length: rows }, (_, position) => newReportRow(position));
          await sql`select public.record_reports(${sql.json(reports)})`;
        }),
      );
    }

    const best = routes.at(-1);
    const ratio = (best?.perSecond ?? 0) / raw.perSecond;
    process.stdout.write(
      `\n${connectionCounts.at(-1)} connections against raw inserts: ${ratio.toFixed(2)}` +
        `\nacknowledged ${acknowledged}, stored ${stored?.runs}\n`,
    );
    // Reports sent at the end may have been stored without an acknowledgment, but never the reverse.
    return (stored?.runs ?? 0) >= acknowledged ? 0 : 1;
  } finally {
    await sql.end({ timeout: 1 });
    await portal.delete();
  }
});
