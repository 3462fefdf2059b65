import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { findRunningPostgres } from '#server/embedded/postgres.ts';
import { startTestSupabase, type TestSupabase } from '#testing/database/start-supabase.ts';
import { until } from '#testing/until.ts';

let supabase: TestSupabase;
let stop: () => Promise<void>;

// Its own database, because this test kills it.
beforeAll(async () => {
  ({ supabase, stop } = await startTestSupabase());
});
afterAll(() => stop());

const ask = async (place: number): Promise<{ status: number; ms: number }> => {
  const { url, secretKey } = supabase;
  const headers = { apikey: secretKey, 'Content-Type': 'application/json' };
  const startedAt = performance.now();
  const answer =
    place % 2 === 0
      ? await fetch(`${url}/rest/v1/jobs?select=id&limit=10`, { headers })
      : await fetch(`${url}/rest/v1/rpc/note_heartbeat`, {
          method: 'POST',
          headers,
          body: JSON.stringify({ p_process: `test ${place}` }),
        });
  await answer.arrayBuffer();
  return { status: answer.status, ms: performance.now() - startedAt };
};

// Much shorter than any timeout on the way, and longer than a busy machine needs.
const atOnceMs = 5_000;

it('the Data API survives when its database is killed under load: it responds 503 at once and recovers by itself [rule 7: database away]', async () => {
  const answers: { status: number; ms: number }[] = [];
  let isOver = false;
  const askForever = async (place: number): Promise<void> => {
    while (!isOver) answers.push(await ask(place));
  };
  // If the Data API had ended, it would refuse a connection and one of these would throw.
  const asking = Promise.all(Array.from({ length: 20 }, (_, place) => askForever(place)));
  const isWell = (from: number) => {
    const since = answers.slice(from);
    return since.length > 100 && since.every(({ status }) => status < 300);
  };
  const work = async (): Promise<void> => {
    for (let kills = 0; kills < 2; kills += 1) {
      await until(() => isWell(answers.length - 200));
      const before = answers.length;
      const pid = findRunningPostgres(path.join(supabase.folder, 'database'));
      expect(pid).not.toBeNull();
      process.kill(pid!, 'SIGKILL');
      await until(() => answers.slice(before).some(({ status }) => status === 503));
      await until(async () => (await ask(kills)).status < 300);
    }
    await until(() => isWell(answers.length - 200));
  };
  await Promise.race([work(), asking]).finally(() => {
    isOver = true;
  });
  await asking;
  const away = answers.filter(({ status }) => status === 503);
  expect(answers.filter(({ status }) => status >= 300 && status !== 503)).toEqual([]);
  expect(Math.max(...away.map(({ ms }) => ms))).toBeLessThan(atOnceMs);
});
