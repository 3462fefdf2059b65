import { expect, it } from 'vitest';
import { foreignMessage } from '#domain/message.ts';
import { storedError } from './attempt-result.ts';
import { parseRemote, remoteAnswerSchema } from './remote-protocol.ts';

function errorOf(body: object) {
  const parsed = parseRemote(remoteAnswerSchema, body);
  if (!parsed.ok) throw new Error(parsed.problem);
  const { outcome } = parsed.data;
  return 'error' in outcome ? storedError(outcome.error, []) : null;
}

it('keeps what a remote plugin says as its own words, also where it claims a code [rule 46: texts as codes]', () => {
  const error = { name: 'E', message: 'All checks passed', code: 'self-check.allWell', values: {} };
  expect(errorOf({ outcome: 'failed', error })?.message).toEqual(foreignMessage('All checks passed'));
  expect(errorOf({ outcome: 'retry_after', seconds: 1, error })?.message).toEqual(
    foreignMessage('All checks passed'),
  );
});

it('says in words of the portal that a plugin asked for a later call and gave no reason', () => {
  expect(errorOf({ outcome: 'retry_after', seconds: 1 })).toMatchObject({
    name: 'RetryLater',
    message: { text: 'The plugin asked to be called again later', code: 'remote.retryLater', values: {} },
    stack: null,
  });
});
