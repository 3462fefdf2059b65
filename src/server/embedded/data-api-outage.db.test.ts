import fs from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startTestSupabase, type TestSupabase } from '#testing/embedded-supabase.ts';

let supabase: TestSupabase;
let stop: () => Promise<void>;

// A database of its own: nobody else's may die.
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

it('a database that is killed under load: the Data API lives, answers 503 within a second, and works again by itself', async () => {
  const answers: { status: number; ms: number }[] = [];
  let isOver = false;
  const askForever = async (place: number): Promise<void> => {
    while (!isOver) answers.push(await ask(place));
  };
  // A Data API that ended would refuse a connection, and one of these would throw.
  const asking = Promise.all(Array.from({ length: 20 }, (_, place) => askForever(place)));
  for (let kills = 0; kills < 2; kills += 1) {
    await sleep(1_000);
    const [pid] = fs
      .readFileSync(path.join(supabase.folder, 'database', 'postmaster.pid'), 'utf8')
      .split('\n');
    process.kill(Number(pid), 'SIGKILL');
    const before = answers.length;
    await expect.poll(() => answers.slice(before).some(({ status }) => status === 503)).toBe(true);
    await expect
      .poll(async () => (await ask(kills)).status, { timeout: 20_000, interval: 100 })
      .toBeLessThan(300);
  }
  await sleep(1_000);
  const end = answers.length;
  await sleep(500);
  isOver = true;
  await asking;
  expect(answers.slice(end).every(({ status }) => status < 300)).toBe(true);
  const away = answers.filter(({ status }) => status === 503);
  expect(answers.filter(({ status }) => status >= 300 && status !== 503)).toEqual([]);
  expect(Math.max(...away.map(({ ms }) => ms))).toBeLessThan(1_000);
}, 60_000);
