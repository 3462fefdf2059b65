// @ts-check
// npm run bench:pages: server time and first-load JavaScript of each screen, with 10,000 jobs, 1,000,000 runs, a plugin
// with 400,000 more, and 10,000 scheduled jobs. Starts its own portal in a temporary folder: --keep keeps it, --folder=<path>
// measures a kept one again. --only=<part of a name> measures some screens, --no-browser skips JavaScript.
import fs from 'node:fs';
import http from 'node:http';
import os from 'node:os';
import process from 'node:process';
import { parseArgs } from 'node:util';
import { gzipSync } from 'node:zlib';
import { onCurrentNode } from '../prepare.mjs';
import {
  addCompany,
  fillPortal,
  findPlaces,
  jobCount,
  planSchedules,
  runCount,
  runsOfBusiestJob,
  runsOfPlugin,
  scheduledJobCount,
} from './pages-data.mjs';

const { values: options } = parseArgs({
  options: {
    keep: { type: 'boolean', default: false },
    folder: { type: 'string' },
    requests: { type: 'string', default: '100' },
    only: { type: 'string', default: '' },
    'no-browser': { type: 'boolean', default: false },
  },
});
const requestCount = Number(options.requests);
const warmUpCount = Math.max(5, Math.round(requestCount / 5));
const serverTargetMs = 100;
const scriptTargetKilobytes = 150;

/** @param {string} text */
const say = (text) => process.stdout.write(`${text}\n`);

/** @param {number[]} sorted @param {number} share */
const percentile = (sorted, share) =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;

/**
 * Measures the time to the last byte of one response.
 * @param {string} url
 * @param {{ agent: http.Agent, cookie: string }} options
 * @returns {Promise<{ status: number, ms: number, bytes: number, etag: string | undefined }>}
 */
function time(url, { agent, cookie }) {
  return new Promise((resolve, reject) => {
    const started = process.hrtime.bigint();
    http
      .get(
        url,
        { agent, headers: { cookie, 'accept-encoding': 'gzip', 'accept-language': 'ja' } },
        (response) => {
          let bytes = 0;
          response.on('data', (chunk) => (bytes += chunk.length));
          response.on('end', () =>
            resolve({
              status: response.statusCode ?? 0,
              ms: Number(process.hrtime.bigint() - started) / 1e6,
              bytes,
              etag: response.headers.etag,
            }),
          );
          response.on('error', reject);
        },
      )
      .on('error', reject);
  });
}

/**
 * Returns the CPU time of the portal's processes, PostgreSQL included, or null where it is unknown (all systems but
 * Linux). Unlike elapsed time, it hardly depends on other programs on the machine.
 */
function portalCpuMs() {
  if (process.platform !== 'linux') return null;
  /** @type {Map<string, { parent: string, ticks: number }>} */
  const processes = new Map();
  for (const pid of fs.readdirSync('/proc')) {
    if (!/^\d+$/.test(pid)) continue;
    try {
      // The name in brackets may contain spaces; the fields after it do not. Field 4 is the parent, 14 and 15 are the times.
      const fields = fs
        .readFileSync(`/proc/${pid}/stat`, 'utf8')
        .replace(/^.*\) /s, '')
        .split(' ');
      processes.set(pid, { parent: String(fields[1]), ticks: Number(fields[11]) + Number(fields[12]) });
    } catch {
      // The process has ended.
    }
  }
  const isOurs = (/** @type {string} */ pid) => {
    let parent = processes.get(pid)?.parent;
    while (parent && parent !== String(process.pid)) parent = processes.get(parent)?.parent;
    return parent !== undefined;
  };
  let ticks = 0;
  for (const [pid, own] of processes) if (isOurs(pid)) ticks += own.ticks;
  return ticks * 10;
}

/** @param {{ name: string, value: string }[]} cookies */
const asHeader = (cookies) => cookies.map(({ name, value }) => `${name}=${value}`).join('; ');

/**
 * Signs somebody in, or up if they are new.
 * @param {import('../../src/testing/portal/start-portal.ts').TestPortal} portal
 * @param {{ email: string, password: string, isNew?: boolean }} person
 */
async function signIn(portal, { email, password, isNew = false }) {
  const { createServerClient } = await import('@supabase/ssr');
  /** @type {Map<string, string>} */
  const jar = new Map();
  const client = createServerClient(
    String(portal.secrets.NEXT_PUBLIC_SUPABASE_URL),
    String(portal.secrets.NEXT_PUBLIC_SUPABASE_PUBLISHABLE_KEY),
    {
      cookies: {
        getAll: () => [...jar].map(([name, value]) => ({ name, value })),
        setAll: (cookies) => cookies.forEach(({ name, value }) => jar.set(name, value)),
      },
    },
  );
  const { data, error } = isNew
    ? await client.auth.signUp({ email, password })
    : await client.auth.signInWithPassword({ email, password });
  if (error) throw error;
  return { id: data.user?.id ?? '', cookies: [...jar].map(([name, value]) => ({ name, value })) };
}

/**
 * Returns the bytes of all scripts that a first visit loads, each compressed by gzip.
 * @param {string} origin
 * @param {string[]} paths
 * @param {{ name: string, value: string }[]} cookies
 */
async function measureScripts(origin, paths, cookies) {
  const { findBrowser } = await import('../browser.mjs');
  const found = await findBrowser();
  if (!found) {
    say('\nFirst-load JavaScript was not measured: no browser was found.');
    return null;
  }
  const { chromium } = await import('@playwright/test');
  const browser = await chromium.launch({ ...found, args: ['--no-sandbox', '--disable-gpu'] });
  const sizes = [];
  for (const path of paths) {
    const context = await browser.newContext({ locale: 'ja-JP' });
    await context.addCookies(cookies.map((cookie) => ({ ...cookie, url: origin })));
    const page = await context.newPage();
    /** @type {Promise<number>[]} */
    const scripts = [];
    page.on('response', (response) => {
      if (response.request().resourceType() !== 'script' || !response.ok()) return;
      scripts.push(response.body().then((body) => gzipSync(body).length));
    });
    await page.goto(origin + path, { waitUntil: 'networkidle' }).catch(() => page.waitForLoadState('load'));
    const files = await Promise.all(scripts);
    sizes.push({ path, files: files.length, kilobytes: files.reduce((sum, size) => sum + size, 0) / 1_000 });
    await context.close();
  }
  await browser.close();
  return sizes;
}

/** @param {string[][]} rows the first is the head; the first column is text, the others are numbers */
function table(rows) {
  // Japanese and Latin letters differ in width, so names are English here.
  const widths = (rows[0] ?? []).map((_, column) =>
    Math.max(...rows.map((row) => (row[column] ?? '').length)),
  );
  for (const row of rows) {
    say(
      row
        .map((cell, column) =>
          column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0),
        )
        .join('  '),
    );
  }
}

await onCurrentNode(async () => {
  const { startPortal } = await import('../../src/testing/portal/start-portal.ts');
  const { databaseUrl } = await import('../../src/server/embedded/surroundings.ts');
  const { superuser } = await import('../../src/server/embedded/postgres.ts');
  const { default: postgres } = await import('postgres');

  say('Starting a portal (and building the pages if necessary) …');
  const portal = await startPortal({
    ...(options.folder ? { folder: options.folder } : {}),
    // Ticks and runs would add load.
    environment: { JOB_WORKER_ENABLED: 'false' },
  });
  const sql = postgres(
    databaseUrl(
      {
        port: Number(portal.secrets.TC_PORTAL_DATABASE_PORT),
        password: String(portal.secrets.TC_PORTAL_DATABASE_PASSWORD),
      },
      superuser,
    ),
    { max: 1, onnotice: () => {} },
  );
  try {
    const [found] = await sql`select exists (select from public.job_status) as filled`;
    if (!found?.filled) {
      say(`Filling it with ${jobCount} jobs and ${runCount} runs …`);
      await fillPortal(sql, (text) => say(`  ${text}`));
    }
    // One with a tenth of the jobs, to compare, and one in which no two jobs start at the same instants.
    /** @type {Record<string, string>} */
    const cookieOf = {};
    for (const company of [
      { name: 'small', jobs: scheduledJobCount / 10, areAllDifferent: false },
      { name: 'different', jobs: scheduledJobCount, areAllDifferent: true },
    ]) {
      const person = { email: `${company.name}@example.com`, password: 'a-password-of-the-benchmark' };
      await addCompany(
        sql,
        {
          ...company,
          signUp: async () => ({
            email: person.email,
            id: (await signIn(portal, { ...person, isNew: true })).id,
          }),
        },
        (text) => say(`  ${text}`),
      );
      cookieOf[company.name] = asHeader((await signIn(portal, person)).cookies);
    }
    await planSchedules(sql);
    const places = await findPlaces(sql);
    const { cookies } = await signIn(portal, portal);
    const cookie = asHeader(cookies);
    const job = `/jobs/${places.busiestJob}`;

    /** @type {[name: string, path: string, comparedWith?: string, company?: string][]} */
    const screens = [
      ['incidents', '/incidents'],
      ['incidents, deep page', `/incidents?after=${encodeURIComponent(places.jobStatusCursor)}`, 'incidents'],
      ['incidents, failing only', '/incidents?state=error'],
      ['incidents, one tool', `/incidents?tool=${places.tool}`],
      ['incidents, search', `/incidents?q=${encodeURIComponent('給与データ検証 9')}`],
      ['incidents, search in vain', '/incidents?q=zzzzzz'],
      ['jobs', '/jobs'],
      ['jobs, deep page', `/jobs?after=${encodeURIComponent(places.jobCursor)}`, 'jobs'],
      ['jobs, failing only', '/jobs?state=error'],
      ['jobs, running only', '/jobs?state=running'],
      ['jobs, search', `/jobs?q=${encodeURIComponent('payroll-000')}`],
      [`job with ${runsOfBusiestJob} runs`, job],
      [
        'job, deep in its history',
        `${job}?after=${encodeURIComponent(places.deepRun.cursor)}`,
        `job with ${runsOfBusiestJob} runs`,
      ],
      ['job, failed runs only', `${job}?outcome=failed`],
      ['runs', '/runs'],
      ['runs, failed only', '/runs?state=failed'],
      ['run', `/runs/${places.newestRun.id}`],
      ['run, deep in the history', `/runs/${places.deepRun.id}`, 'run'],
      ['schedules of 1,000 jobs', '/schedules', undefined, 'small'],
      ['schedules', '/schedules', 'schedules of 1,000 jobs'],
      ['schedules, all different', '/schedules', 'schedules of 1,000 jobs', 'different'],
      ['schedules, one plugin', `/schedules?plugin=${places.scheduledPlugin}`],
      ['schedules, switched off only', '/schedules?state=disabled'],
      ['schedules, search', `/schedules?q=${encodeURIComponent('夜間連携 77')}`],
      ['schedules, search in vain', '/schedules?q=zzzzzz'],
      ['scheduled job', `/jobs/${places.scheduledJob}`],
      ['scheduled job: its past', `/jobs/${places.scheduledJob}/occurrences`],
      ['scheduled job: its schedule', `/jobs/${places.scheduledJob}/schedule`],
      ['scheduled job: its settings', `/jobs/${places.scheduledJob}/settings`],
      ['plugins', '/plugins'],
      [`plugin with ${runsOfPlugin} runs`, `/plugins/${places.plugin}`],
      ['plugin with 500 jobs', `/plugins/${places.scheduledPlugin}`],
      ['plugin with 500 jobs: its runs', `/plugins/${places.scheduledPlugin}/runs`],
      ['plugin: its manifest', `/plugins/${places.plugin}/manifest`],
      ['plugin: its runs', `/plugins/${places.plugin}/runs`],
      ['plugin: its failed runs', `/plugins/${places.plugin}/runs?state=failed`],
      ['API: runs of the plugin', `/api/plugins/${places.plugin}/runs?limit=20`],
      [
        'API: page 10,000 of them',
        `/api/plugins/${places.plugin}/runs?limit=20&offset=199980`,
        'API: runs of the plugin',
      ],
      ['settings: members', '/settings/members'],
      ['settings: tools', '/settings/tools'],
      ['settings: API keys', '/settings/api-keys'],
      ['settings: how to report', '/settings/how-to-report'],
      ['settings: audit log', '/settings/audit-log'],
      ['settings: account', '/settings/account'],
      ['/api/badge', '/api/badge'],
      ['/api/jobs', '/api/jobs'],
      ['/api/scheduler/status', '/api/scheduler/status'],
      ['/api/scheduler/jobs', '/api/scheduler/jobs'],
      ['/api/scheduler/jobs/:id', `/api/scheduler/jobs/${places.scheduledJob}`],
      ['/api/scheduler/jobs/:id/executions', `/api/scheduler/jobs/${places.scheduledJob}/executions`],
      ['/api/health/ready', '/api/health/ready'],
    ];

    const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
    say(
      `\nServer time to the last byte, ${requestCount} requests one after another, load average ${os.loadavg()[0]?.toFixed(1)}:\n`,
    );
    const measured = screens.filter(([name]) => name.includes(options.only));
    for (const [, path, , company] of measured)
      await time(portal.url + path, { agent, cookie: company ? String(cookieOf[company]) : cookie });
    const rows = [['screen', 'p50 ms', 'p95 ms', 'CPU ms', 'kB', `p95 < ${serverTargetMs} ms`, 'ratio']];
    /** @type {Map<string, number>} */
    const medians = new Map();
    let missed = 0;
    for (const [name, path, comparedWith, company] of measured) {
      const times = [];
      let bytes = 0;
      let wrong = 0;
      /** @type {number | null} */
      let cpuBefore = null;
      for (let index = 0; index < warmUpCount + requestCount; index += 1) {
        if (index === warmUpCount) cpuBefore = portalCpuMs();
        const answer = await time(portal.url + path, {
          agent,
          cookie: company ? String(cookieOf[company]) : cookie,
        });
        if (answer.status !== 200) wrong = answer.status;
        bytes = answer.bytes;
        if (index >= warmUpCount) times.push(answer.ms);
      }
      const cpuAfter = portalCpuMs();
      times.sort((a, b) => a - b);
      const [p50, p95] = [percentile(times, 0.5), percentile(times, 0.95)];
      medians.set(name, p50);
      const first = comparedWith === undefined ? undefined : medians.get(comparedWith);
      const isMet = p95 < serverTargetMs && wrong === 0;
      if (!isMet) missed += 1;
      rows.push([
        name,
        p50.toFixed(1),
        p95.toFixed(1),
        cpuBefore === null || cpuAfter === null ? '' : ((cpuAfter - cpuBefore) / requestCount).toFixed(1),
        (bytes / 1_000).toFixed(1),
        wrong > 0 ? `HTTP ${wrong}` : isMet ? 'yes' : 'NO',
        first === undefined ? '' : (p50 / first).toFixed(2),
      ]);
    }
    agent.destroy();
    table(rows);

    if (!options['no-browser']) {
      const plain = screens
        .filter(([, path]) => !path.includes('?') && !path.startsWith('/api/'))
        .map(([, path]) => path);
      const signedIn = await measureScripts(portal.url, plain, cookies);
      const stranger = signedIn && (await measureScripts(portal.url, ['/sign-in'], []));
      if (signedIn && stranger) {
        say('\nFirst-load JavaScript (gzip):\n');
        const sizes = [...stranger, ...signedIn];
        missed += sizes.filter(({ kilobytes }) => kilobytes >= scriptTargetKilobytes).length;
        table([
          ['screen', 'files', 'kB', `< ${scriptTargetKilobytes} kB`],
          ...sizes.map(({ path, files, kilobytes }) => [
            path.replaceAll(/[0-9a-f]{8}-[0-9a-f-]{27}/g, '…'),
            String(files),
            kilobytes.toFixed(1),
            kilobytes < scriptTargetKilobytes ? 'yes' : 'NO',
          ]),
        ]);
      }
    }
    say(missed === 0 ? '\nEvery target is met.' : `\n${missed} targets are missed.`);
    return missed === 0 ? 0 : 1;
  } finally {
    await sql.end({ timeout: 5 });
    if (options.keep || options.folder) {
      await portal.stop();
      say(`The portal's folder was kept: ${portal.folder}`);
    } else {
      await portal.delete();
    }
  }
});
