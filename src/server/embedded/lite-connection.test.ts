import { expect, test } from 'vitest';
import { asPostgrestError, statusOf } from '#server/embedded/lite-connection.ts';

test.each([
  ['P0001', 400],
  ['23514', 400],
  ['23505', 409],
  ['23503', 409],
  ['57014', 500],
  ['40001', 500],
  ['57P01', 503],
  ['57P03', 503],
  ['08006', 503],
  ['53300', 503],
  ['ECONNREFUSED', 503],
  ['CONNECTION_CLOSED', 503],
  ['42501', null],
  ['25006', null],
])('answers PostgreSQL error %s as PostgREST does: %s', (code, status) => {
  expect(statusOf(code)).toBe(status);
});

test('does not reveal the address of an unavailable database', () => {
  const error = Object.assign(new Error('connect ECONNREFUSED 127.0.0.1:5432'), { code: 'ECONNREFUSED' });
  const answer = asPostgrestError(error);
  expect(String(answer)).not.toContain('5432');
  expect(answer).toMatchObject({ code: 'PGRST' });
});
