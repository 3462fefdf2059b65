import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { expect, test } from 'vitest';
import { LogFile } from '#server/log-file.ts';

test('a log keeps its end and its size stays limited', () => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'tc portal log '));
  const file = path.join(folder, 'logs', 'a.log');
  const log = new LogFile(file);
  const chunk = `${'x'.repeat(1024 * 1024)}\n`;
  for (let count = 0; count < 20; count++) log.write(chunk);
  log.line('the end');
  const size = fs.statSync(file).size + fs.statSync(`${file}.1`).size;
  expect(size).toBeLessThan(13 * 1024 * 1024);
  expect(fs.readFileSync(file, 'utf8').trimEnd().endsWith('the end')).toBe(true);
  fs.rmSync(folder, { recursive: true });
});
