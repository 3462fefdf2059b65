import type postgres from 'postgres';
import { expect, it } from 'vitest';
import { makePluginJob } from '#testing/plugins/make-plugin-job.ts';
import { forgetRuns } from '#testing/runs/forget-runs.ts';
import { sql } from '#testing/database/clients.ts';
import { makeTenant } from '#testing/tenants/make-tenant.ts';

// Hosted projects have pgmq 1.5.1, the embedded database a newer version. These are the functions of 1.5.1 that we call, with
// their names, parameters and types. Add another one only if 1.5.1 has it:
// https://github.com/pgmq/pgmq/blob/v1.5.1/pgmq-extension/sql/pgmq.sql
const surface = `
  create function pgmq.send_batch(queue_name text, msgs jsonb[], delay integer) returns setof bigint language plpgsql as $$
  begin
    return query execute format(
      'insert into pgmq.%I (vt, message) select clock_timestamp() + make_interval(secs => $2), m from unnest($1) m returning msg_id',
      'q_' || queue_name) using msgs, delay;
  end $$;
  create function pgmq.send(queue_name text, msg jsonb, delay integer) returns setof bigint language sql as $$
    select * from pgmq.send_batch(queue_name, array[msg], delay)
  $$;
  create function pgmq.read(queue_name text, vt integer, qty integer, conditional jsonb default '{}')
  returns setof pgmq.message_record language plpgsql as $$
  begin
    return query execute format(
      'update pgmq.%1$I m set vt = clock_timestamp() + make_interval(secs => $1), read_ct = m.read_ct + 1
        where m.msg_id in (select q.msg_id from pgmq.%1$I q where q.vt <= clock_timestamp() order by q.msg_id limit $2)
        returning m.*', 'q_' || queue_name) using vt, qty;
  end $$;
  create function pgmq.pop(queue_name text) returns setof pgmq.message_record language plpgsql as $$
  begin
    return query execute format(
      'delete from pgmq.%1$I m where m.msg_id = (select min(q.msg_id) from pgmq.%1$I q where q.vt <= clock_timestamp())
        returning m.*', 'q_' || queue_name);
  end $$;
  create function pgmq.delete(queue_name text, msg_ids bigint[]) returns setof bigint language plpgsql as $$
  begin
    return query execute format('delete from pgmq.%I where msg_id = any ($1) returning msg_id', 'q_' || queue_name) using msg_ids;
  end $$;
  create function pgmq.delete(queue_name text, msg_id bigint) returns boolean language sql as $$
    select exists (select from pgmq.delete(queue_name, array[msg_id]))
  $$;
  create function pgmq.archive(queue_name text, msg_ids bigint[]) returns setof bigint language plpgsql as $$
  begin
    return query execute format(
      'with gone as (delete from pgmq.%I where msg_id = any ($1) returning msg_id, vt, read_ct, enqueued_at, message)
        insert into pgmq.%I (msg_id, vt, read_ct, enqueued_at, message) select * from gone returning msg_id',
      'q_' || queue_name, 'a_' || queue_name) using msg_ids;
  end $$;
  create function pgmq.archive(queue_name text, msg_id bigint) returns boolean language sql as $$
    select exists (select from pgmq.archive(queue_name, array[msg_id]))
  $$;
  create function pgmq.set_vt(queue_name text, msg_id bigint, vt integer) returns setof pgmq.message_record language plpgsql as $$
  begin
    return query execute format(
      'update pgmq.%I m set vt = clock_timestamp() + make_interval(secs => $2) where m.msg_id = $1 returning m.*',
      'q_' || queue_name) using msg_id, vt;
  end $$;
`;
const newerColumn = 'last_read_at';
const names = ['send_batch', 'send', 'read', 'pop', 'delete', 'archive', 'set_vt'];
const relations = ['q_runs', 'q_runs_high', 'a_runs', 'a_runs_high', 'message_record'];

/** Does the work with only the functions of 1.5.1 in schema pgmq, then rolls everything back. */
async function withOldPgmq(work: (sql: postgres.TransactionSql) => Promise<void>): Promise<void> {
  const takenBack = new Error('taken back');
  const done = sql.begin(async (transaction) => {
    const newer = await transaction<{ signature: string }[]>`
      select p.oid::regprocedure::text as signature from pg_proc p where p.pronamespace = 'pgmq'::regnamespace`;
    for (const { signature } of newer) {
      await transaction.unsafe(
        `alter extension pgmq drop function ${signature}; drop function ${signature};`,
      );
    }
    await transaction.unsafe(`alter type pgmq.message_record drop attribute ${newerColumn}`);
    for (const table of ['q_runs', 'a_runs', 'q_runs_high', 'a_runs_high']) {
      await transaction.unsafe(`alter table pgmq.${table} drop column ${newerColumn}`);
    }
    await transaction.unsafe(surface);
    await forgetRuns(transaction);
    await work(transaction);
    throw takenBack;
  });
  await expect(done).rejects.toBe(takenBack);
}

it('uses nothing of pgmq that is missing in 1.5.1', async () => {
  const used = await sql<{ name: string }[]>`
    select distinct m[1] as name
    from pg_proc p
    cross join lateral regexp_matches(p.prosrc, 'pgmq\\.(\\w+)', 'g') m
    where p.pronamespace in ('public'::regnamespace, 'private'::regnamespace, 'pgmq_public'::regnamespace)`;
  const known = new Set([...names, ...relations]);
  expect(used.length).toBeGreaterThan(8);
  expect(used.map(({ name }) => name).filter((name) => !known.has(name))).toEqual([]);
});

it('handles the whole life of a run with only the functions of pgmq 1.5.1', async () => {
  const tenant = await makeTenant();
  const { jobId } = await makePluginJob(tenant.id, { pluginKey: 'old', name: 'sync', maxAttempts: 2 });
  const limited = await makePluginJob(tenant.id, { pluginKey: 'old', name: 'one', concurrencyLimit: 1 });
  await withOldPgmq(async (transaction) => {
    const start = async (id = jobId) =>
      (await transaction`select public.start_run(${id}) as id`)[0]?.id as string;
    const claim = (leaseSeconds = 30) => transaction<{ run_id: string; attempt_token: string }[]>`
      select run_id, attempt_token from public.claim_runs('worker', 10, ${leaseSeconds})`;
    const finish = async (held: object, end: object) =>
      await transaction`select public.finish_attempts(${transaction.json([{ ...held, ...end }] as never)})`;
    const waiting = async () =>
      (await transaction`select 1 from pgmq.q_runs union all select 1 from pgmq.q_runs_high`).length;

    // Retried, kept by a heartbeat, finished.
    const run = await start();
    const [first] = await claim();
    expect(first?.run_id).toBe(run);
    await finish(first!, { state: 'pending', attempt_outcome: 'retry', delay_seconds: 0 });
    const [second] = await claim();
    expect(
      await transaction`select * from public.extend_leases(${transaction.json([second] as never)})`,
    ).toHaveLength(1);
    await finish(second!, { state: 'success', attempt_outcome: 'success' });
    expect(await waiting()).toBe(0);

    // Canceled while it waits, and requeued by the reaper after its message is lost.
    await transaction`select public.cancel_run(${await start()})`;
    expect(await waiting()).toBe(0);
    const lost = await start();
    await transaction`delete from pgmq.q_runs_high`;
    await transaction`select public.reap_runs()`;
    expect((await claim()).map(({ run_id }) => run_id)).toEqual([lost]);

    // Held back by a limit, and requeued when the run before it has finished.
    await start(limited.jobId);
    const held = await start(limited.jobId);
    const [before] = await claim();
    expect(await claim()).toHaveLength(0);
    await finish(before!, { state: 'success', attempt_outcome: 'success' });
    expect((await claim()).map(({ run_id }) => run_id)).toEqual([held]);

    // A run that every worker loses finishes, and its message is archived.
    const poison = await start();
    for (let attempt = 0; attempt < 5; attempt += 1) await claim(0);
    expect((await transaction`select state from public.runs where id = ${poison}`)[0]?.state).toBe('failed');
    expect(
      (await transaction`select from pgmq.a_runs_high where message ->> 'run_id' = ${poison}`).length,
    ).toBe(1);

    // The wrappers that Supabase Studio creates.
    await transaction`select pgmq_public.send_batch('runs', array['{"a":1}', '{"a":2}', '{"a":3}']::jsonb[])`;
    await transaction`select pgmq_public.send('runs', '{"a":4}')`;
    const read = await transaction<{ msg_id: string }[]>`select * from pgmq_public.read('runs', 30, 2)`;
    await transaction`select pgmq_public.archive('runs', ${read[0]!.msg_id}), pgmq_public.delete('runs', ${read[1]!.msg_id})`;
    expect(await transaction`select * from pgmq_public.pop('runs')`).toHaveLength(1);
    expect((await transaction`select from pgmq.q_runs`).length).toBe(1);
  });
});
