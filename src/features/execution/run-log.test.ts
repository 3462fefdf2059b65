import { expect, it } from 'vitest';
import { RunLog } from './run-log.ts';

it('blanks out secrets, also those that stand in several lines of the log', () => {
  const log = new RunLog(['line one\nline two', 'hunter2hunter2']);
  for (const line of ['before', 'line one', 'line two', 'as hunter2hunter2']) log.write(line);
  expect(log.read()).toEqual({ head: 'before\n[redacted]\nas [redacted]\n', tail: '', cutCharacters: 0 });
});

it('keeps its beginning and its end, and counts what was cut between them [rule 6: log and redaction]', () => {
  const log = new RunLog([]);
  for (let at = 0; at < 20_000; at += 1) log.write(`line ${at}`);
  const { head, tail, cutCharacters } = log.read()!;
  const all = Array.from({ length: 20_000 }, (_, at) => `line ${at}\n`).join('');
  expect(all.startsWith(head) && all.endsWith(tail)).toBe(true);
  expect(head.length + tail.length + cutCharacters).toBe(all.length);
  expect(head.length + tail.length).toBeGreaterThan(63 * 1024);
  expect(head.length + tail.length).toBeLessThanOrEqual(64 * 1024);
});

it('takes the log of a talkative program without keeping its worker from the leases of others', () => {
  const log = new RunLog(['hunter2hunter2']);
  const startedAt = performance.now();
  for (let at = 0; at < 1_000_000; at += 1) log.write('x');
  log.read();
  // What would look again at all that it has would need minutes.
  expect(performance.now() - startedAt).toBeLessThan(20_000);
});
