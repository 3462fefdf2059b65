import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { expect, test } from 'vitest';
import { isJournal } from './terminal.ts';

test('tells the journal from a terminal of a service, which inherits the variable', () => {
  const file = path.join(fs.mkdtempSync(path.join(os.tmpdir(), 'tc portal journal ')), 'stdout');
  const descriptor = fs.openSync(file, 'w');
  const { dev, ino } = fs.fstatSync(descriptor);
  expect(isJournal({ NODE_ENV: 'test', JOURNAL_STREAM: `${dev}:${ino}` }, descriptor)).toBe(true);
  expect(isJournal({ NODE_ENV: 'test', JOURNAL_STREAM: `${dev}:${ino + 1}` }, descriptor)).toBe(false);
  expect(isJournal({ NODE_ENV: 'test' }, descriptor)).toBe(false);
  fs.closeSync(descriptor);
  fs.rmSync(path.dirname(file), { recursive: true });
});
