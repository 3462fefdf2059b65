import { expect, it } from 'vitest';
import { RunLog } from './run-log.ts';

it('redacts secrets, including those that span several lines', () => {
  const log = new RunLog(['line one\nline two', 'hunter2hunter2']);
  for (const line of ['before', 'line one', 'line two', 'as hunter2hunter2']) log.write(line);
  expect(log.read()).toEqual({ head: 'before\n[redacted]\nas [redacted]\n', tail: '', cutCharacters: 0 });
});

it('keeps its head and tail, and counts what was cut between them [rule 6: log and redaction]', () => {
  const log = new RunLog([]);
  for (let at = 0; at < 20_000; at += 1) log.write(`line ${at}`);
  const { head, tail, cutCharacters } = log.read()!;
  const all = Array.from({ length: 20_000 }, (_, at) => `line ${at}\n`).join('');
  expect(all.startsWith(head) && all.endsWith(tail)).toBe(true);
  expect(head.length + tail.length + cutCharacters).toBe(all.length);
  expect(head.length + tail.length).toBeGreaterThan(63 * 1024);
  expect(head.length + tail.length).toBeLessThanOrEqual(64 * 1024);
});

it('accepts a very long log without delaying other leases of the worker', () => {
  const log = new RunLog(['hunter2hunter2']);
  const startedAt = performance.now();
  for (let at = 0; at < 1_000_000; at += 1) log.write('x');
  log.read();
  // Code that scans the whole log for each line would need minutes.
  expect(performance.now() - startedAt).toBeLessThan(20_000);
});
