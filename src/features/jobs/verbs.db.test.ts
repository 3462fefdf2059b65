import { beforeEach, describe, expect, it } from 'vitest';
import { ForbiddenError, NotFoundError } from '#domain/errors.ts';
import { sql } from '#testing/database/clients.ts';
import { makeJob } from '#testing/jobs/make-job.ts';
import { makeReportedJob } from '#testing/jobs/make-reported-job.ts';
import { makeRun } from '#testing/runs/make-run.ts';
import { actAs } from '#testing/tenants/act-as.ts';
import { makeTenant, type TestTenant } from '#testing/tenants/make-tenant.ts';
import { deleteJob } from './delete-job.ts';
import { dismissLateFailures } from './dismiss-late-failures.ts';
import { lockExpectation } from './lock-expectation.ts';

let tenant: TestTenant;
let jobId: string;

beforeEach(async () => {
  tenant = await makeTenant();
  jobId = await makeJob(tenant.id, { title: '夜間バックアップ' });
  const runId = await makeRun(tenant.id, jobId);
  await sql`insert into public.run_logs (run_id, tenant_id, head) values (${runId}, ${tenant.id}, 'log')`;
});

const isLocked = async () =>
  (await sql`select is_expectation_locked from public.jobs where id = ${jobId}`)[0]?.is_expectation_locked;
const countJobs = async () =>
  Number((await sql`select count(*) from public.jobs where id = ${jobId}`)[0]?.count);
const auditActions = async () =>
  (
    await sql`
      select action, actor_id, subject_name from public.audit_log
      where tenant_id = ${tenant.id} and subject_kind = 'jobs' and actor_kind = 'member' order by id`
  ).map(({ action, actor_id, subject_name }) => [action, actor_id, subject_name]);

describe('lockExpectation [rule 8: tolerances and thresholds]', () => {
  it('locks and unlocks for an admin, and names the admin in the audit log', async () => {
    await lockExpectation(actAs(tenant, tenant.admin), { jobId, isLocked: true });
    expect(await isLocked()).toBe(true);
    await lockExpectation(actAs(tenant, tenant.admin), { jobId, isLocked: false });
    expect(await isLocked()).toBe(false);
    const row = ['jobs.update', tenant.admin.id, '夜間バックアップ'];
    expect(await auditActions()).toEqual([row, row]);
  });

  it('is refused to staff and to admins of another tenant by the database itself', async () => {
    const other = await makeTenant();
    const strangers = [actAs(tenant, tenant.staff), actAs(tenant, other.admin)];
    for (const actor of strangers) {
      await expect(lockExpectation(actor, { jobId, isLocked: true })).rejects.toBeInstanceOf(NotFoundError);
    }
    expect(await isLocked()).toBe(false);
  });
});

describe('dismissLateFailures [rule 39: the outcome goes through]', () => {
  const shown = async () =>
    (await sql`select shown_state from public.job_status where job_id = ${jobId}`)[0]?.shown_state;

  beforeEach(async () => {
    const runId = await makeRun(tenant.id, jobId, { state: 'failed', is_reported_late: true });
    jobId = await makeReportedJob(tenant.id, {
      job_key: 'late',
      title: '夜間バックアップ',
      late_failure_run_id: runId,
      late_failure_at: new Date(),
    });
    await sql`update public.runs set job_id = ${jobId} where id = ${runId}`;
  });

  it('is done by an admin, who is named in the audit log', async () => {
    expect(await shown()).toBe('late');
    expect(await dismissLateFailures(actAs(tenant, tenant.admin), { jobId })).toBe(1);
    expect(await shown()).toBe('success');
    expect(await dismissLateFailures(actAs(tenant, tenant.admin), { jobId })).toBe(0);
    expect(await auditActions()).toEqual([
      ['jobs.dismiss_late_failures', tenant.admin.id, '夜間バックアップ'],
    ]);
  });

  it('is refused to staff and to admins of another tenant by the database itself', async () => {
    const other = await makeTenant();
    await expect(dismissLateFailures(actAs(tenant, tenant.staff), { jobId })).rejects.toBeInstanceOf(
      ForbiddenError,
    );
    for (const tenantId of [tenant.id, other.id]) {
      await expect(
        dismissLateFailures({ ...actAs(other, other.admin), tenantId }, { jobId }),
      ).rejects.toBeInstanceOf(NotFoundError);
    }
    expect(await shown()).toBe('late');
  });
});

describe('deleteJob', () => {
  it('deletes the job with its runs and logs for an admin, and names the admin in the audit log', async () => {
    await deleteJob(actAs(tenant, tenant.admin), { jobId });
    expect(await countJobs()).toBe(0);
    const [left] = await sql`
      select (select count(*) from public.runs where tenant_id = ${tenant.id})
        + (select count(*) from public.run_logs where tenant_id = ${tenant.id}) as count`;
    expect(Number(left?.count)).toBe(0);
    expect(await auditActions()).toEqual([['jobs.delete', tenant.admin.id, '夜間バックアップ']]);
  });

  it('is refused to staff and to admins of another tenant by the database itself', async () => {
    const other = await makeTenant();
    const strangers = [actAs(tenant, tenant.staff), actAs(tenant, other.admin)];
    for (const actor of strangers) {
      await expect(deleteJob(actor, { jobId })).rejects.toBeInstanceOf(NotFoundError);
    }
    expect(await countJobs()).toBe(1);
  });
});
