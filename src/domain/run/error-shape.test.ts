import { describe, expect, it } from 'vitest';
import { foreignMessage, OwnError } from '#domain/message.ts';
import { say } from '#domain/portal-messages.ts';
import { errorShapeOf } from './error-shape.ts';

describe('the stored shape of an error [rule 29: progress and errors]', () => {
  it('an error keeps name, message and stack', () => {
    const shape = errorShapeOf(new TypeError('boom'));
    expect(shape).toMatchObject({ name: 'TypeError', message: foreignMessage('boom') });
    expect(shape.stack).toContain('TypeError: boom');
  });

  it('includes the cause, because "fetch failed" alone does not help', () => {
    const error = new TypeError('fetch failed', { cause: new Error('connect ECONNREFUSED') });
    expect(errorShapeOf(error).message.text).toBe('fetch failed: connect ECONNREFUSED');
  });

  it.each<[thrown: unknown, message: string]>([
    ['out of paper', 'out of paper'],
    [undefined, 'undefined'],
    [null, 'null'],
    [42, '42'],
    [{ code: 7 }, '{"code":7}'],
    [{ name: 'RemoteError', message: 'no' }, 'no'],
    [Symbol('odd'), 'Symbol(odd)'],
    [10n, 'An unreadable error was thrown'],
  ])('accepts any thrown value: %s', (thrown, message) => {
    expect(errorShapeOf(thrown).message.text).toBe(message);
  });

  it('a hostile error does not break the worker', () => {
    const hostile = {
      get message() {
        throw new Error('gotcha');
      },
    };
    expect(errorShapeOf(hostile).message.text).toBe('An unreadable error was thrown');
  });

  it('shortens texts, and removes what PostgreSQL cannot store', () => {
    expect(errorShapeOf(new Error('x'.repeat(10_000))).message.text).toHaveLength(4_000);
    expect(errorShapeOf(new Error('a\0b\uD800')).message.text).toBe('ab\uFFFD');
    const emoji = errorShapeOf('😀'.repeat(3_000)).message.text;
    expect(emoji.isWellFormed()).toBe(true);
  });

  it('keeps the code of our own sentence and redacts a secret in its values', () => {
    const error = new OwnError(say('run.noSecret', { name: 'hunter22' }), { cause: new Error('why') });
    const { message } = errorShapeOf(error, (text) => text.replaceAll('hunter22', '***'));
    expect(message).toMatchObject({
      text: 'The job has no secret named ***',
      code: 'run.noSecret',
      values: { name: '***' },
    });
  });

  it('stores a sentence that is too long as text without a code', () => {
    const long = say('run.noSecret', { name: 'x'.repeat(4_000) });
    expect(errorShapeOf(new OwnError(long)).message).toMatchObject({ code: null });
    const across = (text: string) => text.replace('named x', '***');
    expect(errorShapeOf(new OwnError(say('run.noSecret', { name: 'x' })), across).message).toEqual(
      foreignMessage('The job has no secret ***'),
    );
  });
});
