import { describe, expect, it } from 'vitest';
import { errorShapeOf } from './error-shape.ts';

describe('what is kept of an error [rule 29: progress and errors]', () => {
  it('an error keeps name, message and stack', () => {
    const shape = errorShapeOf(new TypeError('boom'));
    expect(shape).toMatchObject({ name: 'TypeError', message: 'boom' });
    expect(shape.stack).toContain('TypeError: boom');
  });

  it('the cause is told, because "fetch failed" alone helps nobody', () => {
    const error = new TypeError('fetch failed', { cause: new Error('connect ECONNREFUSED') });
    expect(errorShapeOf(error).message).toBe('fetch failed: connect ECONNREFUSED');
  });

  it.each<[thrown: unknown, message: string]>([
    ['out of paper', 'out of paper'],
    [undefined, 'undefined'],
    [null, 'null'],
    [42, '42'],
    [{ code: 7 }, '{"code":7}'],
    [{ name: 'RemoteError', message: 'no' }, 'no'],
    [Symbol('odd'), 'Symbol(odd)'],
    [10n, 'An error that cannot be shown was thrown.'],
  ])('anything may be thrown: %s', (thrown, message) => {
    expect(errorShapeOf(thrown).message).toBe(message);
  });

  it('a hostile error does not break the worker', () => {
    const hostile = {
      get message() {
        throw new Error('gotcha');
      },
    };
    expect(errorShapeOf(hostile).message).toBe('An error that cannot be shown was thrown.');
  });

  it('texts are clipped, and cleaned of what PostgreSQL cannot store', () => {
    expect(errorShapeOf(new Error('x'.repeat(10_000))).message).toHaveLength(4_000);
    expect(errorShapeOf(new Error('a\0b\uD800')).message).toBe('ab\uFFFD');
    const emoji = errorShapeOf('😀'.repeat(3_000)).message;
    expect(emoji.isWellFormed()).toBe(true);
  });
});
