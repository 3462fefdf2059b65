import { beforeAll, describe, expect, it } from 'vitest';
import type { AdminActor } from '#auth/actor.ts';
import { createApiKeyClient } from '#data/clients/service.ts';
import { ConflictError, ForbiddenError, InvalidInputError, NotFoundError } from '#domain/errors.ts';
import { changePluginJob } from '#features/plugins/change-plugin-job.ts';
import { cancelRun } from '#features/runs/cancel-run.ts';
import { readRunForms } from '#features/runs/portal-run.ts';
import { rerunRun } from '#features/runs/rerun-run.ts';
import { startRun } from '#features/runs/start-run.ts';
import { makeApiKey } from '#testing/api-keys/make-api-key.ts';
import { sql } from '#testing/database/clients.ts';
import { makeJob } from '#testing/jobs/make-job.ts';
import { makePluginJob } from '#testing/plugins/make-plugin-job.ts';
import { readTestRun } from '#testing/runs/read-run.ts';
import { actAs, memberOf } from '#testing/tenants/act-as.ts';
import { makeTenant, type TestTenant } from '#testing/tenants/make-tenant.ts';

let tenant: TestTenant;
let other: TestTenant;
let jobId: string;

const manifest = {
  id: 'starting',
  name: 'Starting',
  version: '1.0.0',
  jobs: [
    {
      name: 'sync',
      payload: {
        type: 'object',
        properties: { day: { type: 'string', default: 'today' } },
        required: ['day'],
      },
    },
  ],
};

const admin = () => actAs(tenant, tenant.admin);
const staff = () => memberOf(tenant);

const finish = (runId: string) =>
  sql`update public.runs set state = 'failed', finished_at = now() where id = ${runId}`;

beforeAll(async () => {
  [tenant, other] = await Promise.all([makeTenant(), makeTenant()]);
  ({ jobId } = await makePluginJob(tenant.id, { pluginKey: 'starting', name: 'sync', manifest }));
});

describe('startRun', () => {
  it('queues a run before scheduled ones, with the payload filled in, and names who started it', async () => {
    const { runId } = await startRun(admin(), jobId, { payload: {}, cursor: 'from-here' });
    const [run] = await sql`select * from public.runs where id = ${runId}`;
    expect(run).toMatchObject({
      state: 'pending',
      trigger: 'manual',
      priority: 'high',
      queue_name: 'runs_high',
      payload: { day: 'today' },
      cursor_before: 'from-here',
      requested_by: tenant.admin.id,
    });
    const [audit] = await sql`
      select actor_kind, actor_id from public.audit_log where action = 'runs.start' and subject_id = ${runId}`;
    expect(audit).toEqual({ actor_kind: 'member', actor_id: tenant.admin.id });
  });

  it('refuses staff, in the function and again in the database [rule 33: roles]', async () => {
    await expect(startRun(actAs(tenant, tenant.staff), jobId)).rejects.toThrow(ForbiddenError);
    const { error } = await tenant.staff.client.from('runs').insert({
      tenant_id: tenant.id,
      job_id: jobId,
      trigger: 'manual',
      state: 'pending',
      ordered_at: 'now',
    });
    expect(error?.code).toBe('42501');
  });

  it('lets staff start a job that they may run, as it is, and nothing else [rule 33: roles]', async () => {
    const { jobId: theirs } = await makePluginJob(tenant.id, { pluginKey: 'theirs', name: 'sync', manifest });
    await sql`
      update public.jobs set staff_can_run = true, payload = '{"day":"monday"}', cursor = 'c1' where id = ${theirs}`;
    const { runId } = await startRun(staff(), theirs);
    const [run] = await sql`select * from public.runs where id = ${runId}`;
    expect(run).toMatchObject({
      trigger: 'manual',
      payload: { day: 'monday' },
      has_own_cursor: false,
      requested_by: tenant.staff.id,
    });
    const [audit] = await sql`
      select actor_kind, actor_id from public.audit_log where action = 'runs.start' and subject_id = ${runId}`;
    expect(audit).toEqual({ actor_kind: 'member', actor_id: tenant.staff.id });

    // In the function, and again in the database for a client that goes around it.
    for (const input of [
      { payload: { day: 'x' } },
      { cursor: 'c2' },
      { cursor: null },
      { originRunId: runId },
    ]) {
      await expect(startRun(staff(), theirs, input), JSON.stringify(input)).rejects.toThrow(ForbiddenError);
    }
    for (const argument of [
      { p_payload: { day: 'x' } },
      { p_has_cursor: true, p_cursor: 'c2' },
      { p_origin_run_id: runId },
      { p_trigger: 'retry' },
    ]) {
      const { error } = await tenant.staff.client.rpc('start_run', { p_job_id: theirs, ...argument });
      expect(error?.code, JSON.stringify(argument)).toBe('42501');
    }
    const { error } = await tenant.staff.client.rpc('start_run', { p_job_id: jobId });
    expect(error?.code).toBe('42501');
    await finish(runId);
    await expect(rerunRun(staff() as AdminActor, runId)).rejects.toThrow(ForbiddenError);
    await expect(startRun(memberOf(other), theirs)).rejects.toThrow(NotFoundError);
    // A key that may only read is nobody's hand.
    const { id: apiKeyId } = await makeApiKey(tenant.id, ['read']);
    const key = { ...staff(), client: createApiKeyClient(apiKeyId), userId: null, apiKeyId };
    await expect(startRun(key, theirs)).rejects.toThrow(ForbiddenError);
  });

  it('lets only admins decide what staff may run, and notes it [rule 38: audit log]', async () => {
    const { jobId: chosen } = await makePluginJob(tenant.id, { pluginKey: 'chosen', name: 'sync', manifest });
    const asked = await tenant.staff.client
      .from('jobs')
      .update({ staff_can_run: true })
      .eq('id', chosen)
      .select('id');
    expect(asked.data ?? []).toEqual([]);
    await changePluginJob(admin(), chosen, { staffCanRun: true });
    const [audit] = await sql`
      select actor_id, before, after from public.audit_log
      where action = 'jobs.update' and subject_id = ${chosen} order by id desc limit 1`;
    expect(audit).toMatchObject({
      actor_id: tenant.admin.id,
      before: { staff_can_run: false },
      after: { staff_can_run: true },
    });
  });

  it('offers staff the button of the jobs that they may run only, without input', async () => {
    const { jobId: theirs } = await makePluginJob(tenant.id, {
      pluginKey: 'offered',
      name: 'sync',
      manifest,
    });
    await sql`update public.jobs set staff_can_run = true where id = ${theirs}`;
    const forStaff = await readRunForms(staff(), [jobId, theirs]);
    expect([...forStaff.keys()]).toEqual([theirs]);
    expect(forStaff.get(theirs)).toMatchObject({ isAsItIs: true, isForStaff: true });
    const forAdmin = await readRunForms(admin(), [jobId, theirs]);
    expect(forAdmin.get(jobId)).toMatchObject({ isAsItIs: false, isForStaff: false });
    expect(forAdmin.get(theirs)).toMatchObject({ isAsItIs: false, isForStaff: true });
    expect((await readRunForms(memberOf(other), [jobId, theirs])).size).toBe(0);
  });

  it('does not find jobs of another company', async () => {
    const stranger = actAs(other, other.admin);
    await expect(startRun(stranger, jobId)).rejects.toThrow(NotFoundError);
    await expect(startRun({ ...stranger, tenantId: tenant.id }, jobId)).rejects.toThrow(NotFoundError);
    await expect(startRun(admin(), 'nonsense')).rejects.toThrow(NotFoundError);
  });

  it('refuses an invalid payload, an external job, and a disabled plugin', async () => {
    await expect(startRun(admin(), jobId, { payload: { day: 5 } })).rejects.toThrow(InvalidInputError);
    await expect(startRun(admin(), jobId, { payload: { hour: '5' } })).rejects.toThrow(InvalidInputError);
    const scriptId = await makeJob(tenant.id);
    await expect(startRun(admin(), scriptId)).rejects.toMatchObject({
      rule: 'run_belongs_to_a_plugin_job',
    });
    const off = await makePluginJob(tenant.id, { pluginKey: 'off', name: 'sync', manifest });
    await sql`update public.plugins set is_enabled = false where id = ${off.pluginId}`;
    await expect(startRun(admin(), off.jobId)).rejects.toThrow(ConflictError);
  });

  it('names the API key that started a run [rule 38: audit log]', async () => {
    const { id: apiKeyId } = await makeApiKey(tenant.id, ['admin'], { name: 'Deploy' });
    const actor: AdminActor = {
      client: createApiKeyClient(apiKeyId),
      tenantId: tenant.id,
      role: 'admin',
      timeZone: 'Asia/Tokyo',
      userId: null,
      apiKeyId,
    };
    const { runId } = await startRun(actor, jobId);
    const [run] = await sql`select trigger, api_key_id, requested_by from public.runs where id = ${runId}`;
    expect(run).toEqual({ trigger: 'api', api_key_id: apiKeyId, requested_by: null });
    const [audit] = await sql`
      select actor_kind, actor_name from public.audit_log where action = 'runs.start' and subject_id = ${runId}`;
    expect(audit).toEqual({ actor_kind: 'api_key', actor_name: 'Deploy' });
    const foreignId = await makeJob(other.id);
    await expect(startRun(actor, foreignId)).rejects.toThrow(NotFoundError);
  });
});

describe('cancelRun', () => {
  it('cancels a pending run at once, once', async () => {
    const { runId } = await startRun(admin(), jobId);
    expect(await cancelRun(admin(), runId)).toEqual({ state: 'canceled' });
    await expect(cancelRun(admin(), runId)).rejects.toMatchObject({ rule: 'canceled_run_was_not_finished' });
    const messages = await sql`
      select 1 from pgmq.q_runs_high where message ->> 'run_id' = ${runId}`;
    expect(messages).toEqual([]);
  });

  it('lets staff cancel only runs that they started', async () => {
    const { runId } = await startRun(admin(), jobId);
    await expect(cancelRun(staff(), runId)).rejects.toThrow(ForbiddenError);
    await sql`update public.runs set requested_by = ${tenant.staff.id} where id = ${runId}`;
    expect(await cancelRun(staff(), runId)).toEqual({ state: 'canceled' });
    await expect(cancelRun(actAs(other, other.admin), runId)).rejects.toThrow(NotFoundError);
  });
});

describe('rerunRun', () => {
  it('starts a new run with a link to a dead one, with its payload or another [rule 25: time-out and retry]', async () => {
    const { runId } = await startRun(admin(), jobId, { payload: { day: 'monday' } });
    await expect(rerunRun(admin(), runId)).rejects.toMatchObject({ rule: 'rerun_run_was_finished' });
    await finish(runId);
    const again = await rerunRun(admin(), runId);
    const [run] = await sql`select * from public.runs where id = ${again.runId}`;
    expect(run).toMatchObject({
      origin_run_id: runId,
      trigger: 'retry',
      payload: { day: 'monday' },
      cursor_before: null,
    });
    const other = await rerunRun(admin(), runId, { payload: { day: 'tuesday' }, cursor: null });
    const [second] = await sql`select * from public.runs where id = ${other.runId}`;
    expect(second).toMatchObject({ payload: { day: 'tuesday' }, cursor_before: '' });
    expect((await readTestRun(runId)).state).toBe('failed');
    await expect(rerunRun(actAs(tenant, tenant.staff), runId)).rejects.toThrow(ForbiddenError);
  });
});
