import postgres from 'postgres';
import { afterAll, afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ReservedConnections, type ReservedConnection } from './reserved-connections.ts';
import { ownSupabase } from '#testing/database/own-supabase.ts';

const { ownerUrl } = ownSupabase;
const owner = postgres(ownerUrl, { max: 1, onnotice: () => {} });
const pool = new ReservedConnections(owner.options, 1);
let connection: ReservedConnection;

beforeEach(async () => {
  connection = await pool.reserve();
});
afterEach(async () => {
  await connection.unsafe('rollback').catch(() => {});
  connection.release();
});
afterAll(() => Promise.all([pool.end({ timeout: 1 }), owner.end()]));

describe('a reserved connection of the Data API', () => {
  test('opens a transaction whose settings apply to the query that follows', async () => {
    await connection.unsafe('begin');
    await connection.unsafe(`select set_config('request.jwt.claim.sub', $1, true)`, ['somebody']);
    const rows = await connection.unsafe(
      `select current_setting('request.jwt.claim.sub') as sub, $1::int as n`,
      [7],
    );
    expect([...rows]).toEqual([{ sub: 'somebody', n: 7 }]);
  });

  test('fails the query with the error of a setting that failed before it', async () => {
    await connection.unsafe('begin');
    await connection.unsafe(`select set_config('role', $1, true)`, ['no_such_role']);
    await expect(connection.unsafe('select 1')).rejects.toMatchObject({ code: '22023' });
  });

  test('does not report the error of an earlier transaction in a later one', async () => {
    await connection.unsafe('begin');
    await connection.unsafe(`select set_config('role', $1, true)`, ['no_such_role']);
    await connection.unsafe('rollback').catch(() => {});
    await connection.unsafe('rollback');
    await connection.unsafe('begin');
    expect([...(await connection.unsafe('select 1 as one'))]).toEqual([{ one: 1 }]);
  });

  test('prepares a statement once, but not one that is too long to keep', async () => {
    const kept = 'select $1::int as kept';
    const long = `select $1::int as long -- ${'x'.repeat(8_000)}`;
    for (let round = 0; round < 3; round += 1) {
      await connection.unsafe(kept, [round]);
      await connection.unsafe(long, [round]);
    }
    const rows = [...(await connection.unsafe('select statement from pg_prepared_statements'))];
    expect(rows.filter((row) => row.statement === kept)).toHaveLength(1);
    expect(rows.filter((row) => row.statement === long)).toHaveLength(0);
  });

  test('rejects queries on a cut connection at once, and works for the next caller', async () => {
    const [row] = await connection.unsafe('select pg_backend_pid() as pid');
    const asleep = connection.unsafe('select pg_sleep(30)');
    await Promise.all([
      expect(asleep).rejects.toMatchObject({ code: expect.stringMatching(/57P01|CONNECTION_CLOSED/) }),
      owner`select pg_terminate_backend(${Number(row?.pid)})`,
    ]);
    await expect
      .poll(() => connection.unsafe('select 1').catch((error) => error.code), { timeout: 30_000 })
      .toBe('CONNECTION_CLOSED');
    const waiting = pool.reserve();
    connection.release();
    connection = await waiting;
    expect([...(await connection.unsafe('select 1 as one'))]).toEqual([{ one: 1 }]);
  });
});
