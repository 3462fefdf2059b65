import { describe, expect, test } from 'vitest';
import {
  explainFolderError,
  explainServerEnd,
  explainStartError,
  StartProblem,
} from '#server/start-problem.ts';

const systemError = (code: string, path: string): Error =>
  Object.assign(new Error(`${code}: something, open '${path}'`), { code, syscall: 'open', path });
const databaseError = (code: string, message: string): Error => Object.assign(new Error(message), { code });

describe('the reason why a start failed, in one sentence', () => {
  test.each([
    ['a full disk', systemError('ENOSPC', '/data/x'), /^The disk with \/data\/x is full/],
    [
      'a file of another user',
      systemError('EPERM', '/data/.env.local'),
      /^This user has no permission to write to \/data\/\.env/,
    ],
    [
      'a folder instead of a file',
      systemError('EISDIR', '/data/.env.local'),
      /must be a file, but it is a folder/,
    ],
    ['a file instead of a folder', systemError('EEXIST', '/data/logs'), /must be a folder, but it is a file/],
    [
      'a disk that became full while the schema was created',
      databaseError('53100', 'could not extend file "base/5/2664": No space left on device'),
      /^The disk with \/portal is full/,
    ],
    [
      'a damaged page',
      databaseError('XX001', 'invalid page in block 3 of relation base/5/1255'),
      /^The database in \/portal\/database cannot be used \(invalid page in block 3/,
    ],
    ['an existing sentence', new StartProblem('Stop.', '停止'), /^Stop\./],
  ])('%s', (_what, error, sentence) => {
    expect(explainStartError(error, '/portal')?.message).toMatch(sentence);
  });

  test.each([
    ['a defect', new TypeError('x is not a function')],
    [
      'a missing right of a role, which is not about a folder',
      databaseError('42501', 'permission denied for table jobs'),
    ],
    ['a refused connection', Object.assign(new Error('x'), { code: 'ECONNREFUSED', syscall: 'connect' })],
  ])('not for %s', (_what, error) => {
    expect(explainStartError(error, '/portal')).toBeNull();
  });

  test('a disk that becomes full while initdb writes a page', () => {
    const output = `ERROR:  could not extend file "base/1/1255": wrote only 4096 of 8192 bytes at block 76
HINT:  Check free disk space.
PANIC:  cannot abort transaction 1, it was already committed`;
    expect(explainFolderError(output, '/portal')?.message).toMatch(/is full/);
  });
});

describe('why PostgreSQL ended', () => {
  test.each([
    [
      'an administrator on Windows',
      'Execution of PostgreSQL by a user with administrative permissions is not\npermitted.\nThe server must be started under an unprivileged user ID to prevent\npossible system security compromises.\n',
      /^PostgreSQL does not run with administrator rights/,
    ],
    [
      'a missing checkpoint',
      '2026-11-22 05:33:08 UTC [1] LOG:  starting\n2026-11-22 05:33:08 UTC [2] PANIC:  could not locate a valid checkpoint record\n2026-11-22 05:33:08 UTC [1] LOG:  aborting startup',
      /cannot be used \(could not locate a valid checkpoint record\)/,
    ],
    ['nothing', '', /cannot be used \(no reason given\)/],
  ])('%s', (_what, output, sentence) => {
    expect(explainServerEnd(output, '/portal/database').message).toMatch(sentence);
  });
});
