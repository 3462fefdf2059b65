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

it('stores a message of a remote plugin as text, even if it claims a code [rule 46: texts as codes]', () => {
  const error = { name: 'E', message: 'All checks passed', code: 'self-check.allWell', values: {} };
  expect(errorOf({ outcome: 'failed', error })?.message).toEqual(foreignMessage('All checks passed'));
  expect(errorOf({ outcome: 'retry_after', seconds: 1, error })?.message).toEqual(
    foreignMessage('All checks passed'),
  );
});

it('uses a sentence of the portal when a plugin asks for a later call without a reason', () => {
  expect(errorOf({ outcome: 'retry_after', seconds: 1 })).toMatchObject({
    name: 'RetryLater',
    message: { text: 'The plugin asked to be called again later', code: 'remote.retryLater', values: {} },
    stack: null,
  });
});
