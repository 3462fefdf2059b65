import fs from 'node:fs';
import path from 'node:path';
import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { cleanName } from '#domain/name-text.ts';
import { sql } from '#testing/database/clients.ts';
import { migrationsFolder } from '#testing/database/definitions.ts';
import { makeJob } from '#testing/jobs/make-job.ts';
import { makeReportedJob } from '#testing/jobs/make-reported-job.ts';
import { makeTenant } from '#testing/tenants/make-tenant.ts';

const file = fs.readdirSync(migrationsFolder).find((name) => name.endsWith('_clean_job_keys.sql'))!;
const migrate = () => sql.unsafe(fs.readFileSync(path.join(migrationsFolder, file), 'utf8'));
const keysOf = async (tenantId: string) =>
  Object.fromEntries(
    (await sql`select id, job_key from public.jobs where tenant_id = ${tenantId}`).map((row) => [
      row.id as string,
      row.job_key as string,
    ]),
  );

it('a job of 0.1.0 gets the clean form of its key, as reports have it now [contract: reports]', async () => {
  const unseen = fc.string({
    unit: fc.constantFrom(
      ' ',
      '\r',
      '\n',
      '\t',
      '\u00a0',
      '\u3000',
      '\ufeff',
      '\u200b',
      '\u2060',
      '\u202e',
      '\x1b',
    ),
  });
  const name = fc.string({
    unit: fc.constantFrom('a', 'é', 'e\u0301', 'か\u3099', 'ｶﾞ', '処', '😀', ' '),
    maxLength: 8,
  });
  const keys = fc
    .sample(
      fc.tuple(unseen, name, unseen).map((parts) => parts.join('')),
      200,
    )
    .filter((key) => key !== '');
  const { id: tenantId } = await makeTenant();
  const given: Record<string, string> = {};
  // Each name has a part of its own, so that no two of them become the same.
  for (const [index, key] of [...keys, 'job ', 'job\r\n', '\ufeffjob', 'cafe\u0301'].entries()) {
    const characters = Array.from(key);
    const own = characters.toSpliced(Math.floor(characters.length / 2), 0, `#${index}#`).join('');
    given[await makeJob(tenantId, { job_key: own })] = own;
  }
  await migrate();
  const found = await keysOf(tenantId);
  for (const [id, key] of Object.entries(given)) expect(found[id], JSON.stringify(key)).toBe(cleanName(key));
});

it('of twins the one with the newest report gets the key, and none if a job has it already', async () => {
  const { id: tenantId } = await makeTenant();
  const key = randomUUID();
  const older = await makeJob(tenantId, { job_key: `${key} `, latest_ordered_at: '2026-11-20T00:00:00Z' });
  const newer = await makeJob(tenantId, { job_key: `${key}\n`, latest_ordered_at: '2026-11-21T00:00:00Z' });
  const clean = await makeJob(tenantId, { job_key: 'clean' });
  const taken = await makeJob(tenantId, { job_key: 'clean ' });
  const reported = await makeReportedJob(tenantId, { job_key: '\ufeffreported' });
  const blank = await makeJob(tenantId, { job_key: '  ' });
  await migrate();
  expect(await keysOf(tenantId)).toEqual({
    [older]: `${key} `,
    [newer]: key,
    [clean]: 'clean',
    [taken]: 'clean ',
    [reported]: 'reported',
    [blank]: '  ',
  });
  const [status] = await sql`select job_key from public.job_status where job_id = ${reported}`;
  expect(status?.job_key).toBe('reported');
});
