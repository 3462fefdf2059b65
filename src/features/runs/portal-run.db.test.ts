import { randomUUID } from 'node:crypto';
import { beforeAll, expect, it } from 'vitest';
import { readRunForms } from '#features/runs/portal-run.ts';
import { makePluginJob } from '#testing/plugins/make-plugin-job.ts';
import { memberOf } from '#testing/tenants/act-as.ts';
import { makeTenant, type TestTenant } from '#testing/tenants/make-tenant.ts';

let tenant: TestTenant;
beforeAll(async () => {
  tenant = await makeTenant();
});

const manifest = (id: string) => ({
  id,
  name: id,
  version: '1.0.0',
  jobs: [{ name: 'sync', title: `Sync of ${id}` }, { name: 'tidy' }],
});

it('reads the forms of many jobs in one request that carries each manifest once', async () => {
  const key = `p${randomUUID()}`;
  const jobs = await Promise.all(
    ['sync', 'sync', 'tidy', 'gone'].map((name, index) =>
      makePluginJob(tenant.id, { pluginKey: key, name, manifest: manifest(key), payload: { index } }),
    ),
  );
  const other = await makePluginJob(tenant.id, {
    pluginKey: 'other',
    name: 'sync',
    manifest: manifest('other'),
  });
  const ids = [...jobs, other].map(({ jobId }) => jobId);

  const asked: string[] = [];
  const { client } = tenant.admin;
  const counting = { from: (table: 'plugins') => (asked.push(table), client.from(table)) };
  const forms = await readRunForms({ ...memberOf(tenant, 'admin'), client: counting as never }, [
    ...ids,
    randomUUID(),
  ]);

  expect(asked).toEqual(['plugins']);
  expect(ids.map((id) => forms.get(id)?.declared?.title ?? null)).toEqual([
    `Sync of ${key}`,
    `Sync of ${key}`,
    'tidy',
    null,
    'Sync of other',
  ]);
  expect(forms.get(ids[1]!)?.payload).toEqual({ index: 1 });
  expect(forms.size).toBe(5);
});
