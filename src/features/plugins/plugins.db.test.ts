import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ConflictError, ForbiddenError, InvalidInputError, NotFoundError } from '#domain/errors.ts';
import { changePluginJob } from '#features/plugins/change-plugin-job.ts';
import { changePlugin, deleteRemotePlugin } from '#features/plugins/change-plugin.ts';
import { createPluginJob } from '#features/plugins/create-plugin-job.ts';
import { getPlugin, listJobSecrets, listPlugins, manifestJobOf } from '#features/plugins/queries.ts';
import {
  refreshRemotePlugin,
  registerRemotePlugin,
  rotatePluginSecret,
} from '#features/plugins/register-remote-plugin.ts';
import { setJobSecret } from '#features/plugins/set-job-secret.ts';
import { syncBuiltInPlugins } from '#features/plugins/sync-built-in-plugins.ts';
import { readRunForms } from '#features/runs/portal-run.ts';
import { listPluginJobs } from '#features/scheduler/queries.ts';
import { createGuardedFetch } from '#plugins/outgoing-request.ts';
import { sql } from '#testing/database/clients.ts';
import { listen, type TestHttpServer } from '#testing/http/listen.ts';
import { actAs } from '#testing/tenants/act-as.ts';
import { makeTenant, type TestTenant } from '#testing/tenants/make-tenant.ts';

let tenant: TestTenant;
let server: TestHttpServer;
let origin: string;
let manifest: object = {};
const now = new Date('2026-11-21T00:00:00Z');
const guarded = () => ({ now, fetch: createGuardedFetch({ proxies: null, allowedHosts: ['127.0.0.1'] }) });

const actor = (role: 'admin' | 'staff' = 'admin') => actAs(tenant, tenant[role]);

beforeAll(async () => {
  tenant = await makeTenant();
  server = await listen((request, response) => {
    if (request.url === '/base/plugin.json') response.end(JSON.stringify(manifest));
    else response.writeHead(404).end();
  });
  origin = server.url;
});
afterAll(() => server.close());

describe('built-in plugins', () => {
  it('are added to every company once, with their automatic jobs and schedules', async () => {
    await Promise.all([syncBuiltInPlugins({ now }), syncBuiltInPlugins({ now })]);
    await syncBuiltInPlugins({ now });
    const plugins = await listPlugins(actor('staff'));
    expect(plugins.map(({ pluginKey }) => pluginKey).sort()).toEqual([
      'command',
      'http-request',
      'self-check',
    ]);
    const jobs = await sql`
      select j.job_key, s.cron_expression, s.time_zone, s.next_nominal_at is not null as is_planned
      from public.jobs j left join public.schedules s on s.job_id = j.id where j.tenant_id = ${tenant.id}`;
    expect(jobs).toEqual([
      {
        job_key: 'self-check:check',
        cron_expression: '7 * * * *',
        time_zone: 'Asia/Tokyo',
        is_planned: true,
      },
    ]);
  });

  it('name their jobs in both languages, until an admin renames one', async () => {
    await syncBuiltInPlugins({ now });
    const titles = { ja: 'ポータルの自己診断', en: 'Portal self-check' };
    const find = async (search: string) => (await listPluginJobs(actor('staff'), { search })).items;
    const [job] = await find('PORTAL SELF');
    expect(job).toMatchObject({
      title: titles,
      storedTitle: titles.ja,
      plugin: { name: { en: 'Self-check' } },
    });
    expect((await getPlugin(actor('staff'), job!.plugin.id)).name).toMatchObject({ en: 'Self-check' });

    // The form sends back the title that it shows, in the user's language.
    await changePluginJob(actor(), job!.jobId, { title: titles.en, maxAttempts: 2 });
    expect((await find('自己診断'))[0]?.title).toEqual(titles);
    await changePluginJob(actor(), job!.jobId, { title: 'Nightly check' });
    expect((await find('nightly'))[0]?.title).toBe('Nightly check');
    const [audit] = await sql`
      select before, after from public.audit_log
      where subject_id = ${job!.jobId} and after ? 'title' and action = 'jobs.update'`;
    expect(audit).toEqual({ before: { title: titles.ja }, after: { title: 'Nightly check' } });
    expect(await find('PORTAL SELF')).toEqual([]);
  });

  it('keep changes and deletions by admins when a new version declares more', async () => {
    const declare = (jobs: object[]) =>
      sql`select public.declare_plugin(${tenant.id}, ${sql.json({
        plugin_key: 'growing',
        name: 'Growing',
        kind: 'built_in',
        base_url: null,
        manifest: { jobs },
      } as never)}, ${sql.json(
        jobs.map((job) => ({
          ...job,
          job_key: `growing:${(job as { name: string }).name}`,
          title: 'T',
          timeout_seconds: 5,
          max_attempts: 1,
          backoff_seconds: 1,
          max_backoff_seconds: 1,
          concurrency_limit: 1,
          schedule: null,
        })),
      )})`;
    await declare([{ name: 'a' }, { name: 'b' }]);
    await sql`update public.jobs set timeout_seconds = 99 where tenant_id = ${tenant.id} and job_key = 'growing:a'`;
    await sql`delete from public.jobs where tenant_id = ${tenant.id} and job_key = 'growing:b'`;
    await declare([{ name: 'a' }, { name: 'b' }, { name: 'c' }]);
    const jobs = await sql`
      select job_key, timeout_seconds from public.jobs where tenant_id = ${tenant.id} and job_key like 'growing:%' order by 1`;
    expect(jobs).toEqual([
      { job_key: 'growing:a', timeout_seconds: 99 },
      { job_key: 'growing:c', timeout_seconds: 5 },
    ]);
  });
});

describe('jobs of a plugin', () => {
  it('can be created by admins in any number, with their own input and cursor [rule 28: cursor]', async () => {
    const plugin = (await listPlugins(actor())).find(({ pluginKey }) => pluginKey === 'http-request')!;
    const input = {
      pluginId: plugin.id,
      jobName: 'send',
      jobKey: 'ping-shop',
      title: '店舗の確認',
      payload: { url: 'https://example.com/' },
    };
    const { jobId } = await createPluginJob(actor(), input);
    const [job] = await sql`select * from public.jobs where id = ${jobId}`;
    expect(job).toMatchObject({ payload: { url: 'https://example.com/', method: 'GET' }, max_attempts: 3 });
    await expect(createPluginJob(actor(), input)).rejects.toThrow(ConflictError);
    await expect(createPluginJob(actor(), { ...input, jobKey: 'x', payload: {} })).rejects.toThrow(
      InvalidInputError,
    );
    await expect(createPluginJob(actor(), { ...input, jobKey: 'x', jobName: 'nothing' })).rejects.toThrow(
      InvalidInputError,
    );
    await expect(createPluginJob(actor('staff'), { ...input, jobKey: 'x' })).rejects.toThrow(ForbiddenError);

    await changePluginJob(actor(), jobId, { timeoutSeconds: 7, cursor: 'c' });
    const [changed] =
      await sql`select timeout_seconds, cursor, max_attempts from public.jobs where id = ${jobId}`;
    expect(changed).toEqual({ timeout_seconds: 7, cursor: 'c', max_attempts: 3 });
    const [audit] = await sql`
      select actor_id, before, after from public.audit_log where subject_id = ${jobId} and action = 'jobs.update'`;
    expect(audit).toMatchObject({
      actor_id: tenant.admin.id,
      before: { cursor: null },
      after: { cursor: 'c' },
    });
    await expect(changePluginJob(actor('staff'), jobId, { cursor: 'd' })).rejects.toThrow(NotFoundError);

    await setJobSecret(actor(), jobId, { name: 'token', value: 'never to be seen' });
    expect(await listJobSecrets(actor(), jobId)).toMatchObject([{ name: 'token' }]);
    await expect(setJobSecret(actor('staff'), jobId, { name: 'token', value: 'x' })).rejects.toThrow(
      ForbiddenError,
    );
    await expect(setJobSecret(actor(), jobId, { name: 'Not A Word', value: 'x' })).rejects.toThrow(
      InvalidInputError,
    );
    const leaked = await sql`
      select 1 from public.audit_log where coalesce(before::text, '') || coalesce(after::text, '') like '%never to be seen%'`;
    expect(leaked).toEqual([]);
    await setJobSecret(actor(), jobId, { name: 'token', value: null });
    expect(await listJobSecrets(actor(), jobId)).toEqual([]);
  });
});

describe('a remote plugin', () => {
  const good = {
    id: 'accounting',
    name: { ja: '会計', en: 'Accounting' },
    version: '1.0.0',
    kind: 'remote',
    jobs: [{ name: 'sync', route: '/jobs/sync', cron: '0 6 * * *', cursor: true }],
  };

  it('is added by its URL, and its secret is shown once', async () => {
    manifest = good;
    const { pluginId, secret } = await registerRemotePlugin(actor(), `${origin}/base/`, guarded());
    expect(secret).toMatch(/^whsec_/);
    expect(await getPlugin(actor('staff'), pluginId)).toMatchObject({
      pluginKey: 'accounting',
      name: { ja: '会計', en: 'Accounting' },
      kind: 'remote',
      baseUrl: `${origin}/base`,
    });
    const [stored] =
      await sql`select signing_secret from private.plugin_secrets where plugin_id = ${pluginId}`;
    expect(stored!.signing_secret).toBe(secret);
    const rotated = await rotatePluginSecret(actor(), pluginId);
    expect(rotated.secret).not.toBe(secret);
    await expect(registerRemotePlugin(actor(), `${origin}/base`, guarded())).rejects.toThrow(ConflictError);
    await expect(rotatePluginSecret(actor('staff'), pluginId)).rejects.toThrow(NotFoundError);

    manifest = { ...good, jobs: [...good.jobs, { name: 'close', route: '/jobs/close' }] };
    await refreshRemotePlugin(actor(), pluginId, guarded());
    const jobs = await sql`select job_key from public.jobs where plugin_id = ${pluginId} order by 1`;
    expect(jobs).toEqual([{ job_key: 'accounting:close' }, { job_key: 'accounting:sync' }]);

    await changePlugin(actor(), pluginId, { isEnabled: false, concurrencyLimit: 2 });
    expect(await getPlugin(actor(), pluginId)).toMatchObject({ isEnabled: false, concurrencyLimit: 2 });
    await expect(changePlugin(actor('staff'), pluginId, { isEnabled: true })).rejects.toThrow(NotFoundError);
    await deleteRemotePlugin(actor(), pluginId);
    await expect(getPlugin(actor(), pluginId)).rejects.toThrow(NotFoundError);
  });

  it('shows payload fields in the order of its manifest, even if only the order has changed', async () => {
    const manifestWith = (names: string[]) => ({
      ...good,
      id: 'ordered',
      jobs: [
        {
          name: 'sync',
          route: '/jobs/sync',
          payload: {
            type: 'object',
            properties: Object.fromEntries(names.map((name) => [name, { type: 'string' }])),
          },
        },
      ],
    });
    manifest = manifestWith(['year', 'b', 'account', 'aa']);
    const { pluginId } = await registerRemotePlugin(actor(), `${origin}/base`, guarded());
    const [job] = await sql<{ id: string }[]>`select id from public.jobs where plugin_id = ${pluginId}`;
    const readOrders = async () => {
      const ofPlugin = manifestJobOf(await getPlugin(actor('staff'), pluginId), 'sync');
      const ofForm = (await readRunForms(actor(), [job?.id ?? ''])).get(job?.id ?? '')?.declared;
      return [ofPlugin, ofForm].map((declared) => Object.keys(declared?.payloadSchema?.properties ?? {}));
    };
    expect(await readOrders()).toEqual([
      ['year', 'b', 'account', 'aa'],
      ['year', 'b', 'account', 'aa'],
    ]);

    manifest = manifestWith(['aa', 'year', 'account', 'b']);
    await refreshRemotePlugin(actor(), pluginId, guarded());
    expect((await readOrders())[0]).toEqual(['aa', 'year', 'account', 'b']);
    // Like a plugin that was stored before the order of fields was kept.
    await sql`update public.plugins set manifest_text = null where id = ${pluginId}`;
    expect((await readOrders())[0]?.toSorted()).toEqual(['aa', 'account', 'b', 'year']);
    await refreshRemotePlugin(actor(), pluginId, guarded());
    expect((await readOrders())[0]).toEqual(['aa', 'year', 'account', 'b']);

    const rows = await sql<{ after: object }[]>`
      select after from public.audit_log where subject_id = ${pluginId} and subject_kind = 'plugins'`;
    expect(rows.filter(({ after }) => 'manifest_text' in (after ?? {}))).toEqual([]);
    await deleteRemotePlugin(actor(), pluginId);
  });

  it('is refused with the reason: private address, no response, invalid manifest, staff', async () => {
    const unguarded = { now, fetch: createGuardedFetch({ proxies: null, allowedHosts: [] }) };
    await expect(registerRemotePlugin(actor(), `${origin}/base`, unguarded)).rejects.toMatchObject({
      details: [{ field: 'baseUrl', problem: expect.stringContaining('loopback') }],
    });
    await expect(registerRemotePlugin(actor(), `${origin}/nothing`, guarded())).rejects.toMatchObject({
      details: [{ field: 'baseUrl', problem: 'the service returned 404' }],
    });
    manifest = { ...good, jobs: [{ name: 'sync' }] };
    await expect(registerRemotePlugin(actor(), `${origin}/base`, guarded())).rejects.toMatchObject({
      details: [{ field: 'jobs[0].route', problem: 'is required for a remote plugin' }],
    });
    manifest = { ...good, id: 'of-staff' };
    await expect(registerRemotePlugin(actor('staff'), `${origin}/base`, guarded())).rejects.toThrow(
      ForbiddenError,
    );
    await expect(registerRemotePlugin(actor(), 'file:///etc/passwd', guarded())).rejects.toThrow(
      InvalidInputError,
    );
  });
});
