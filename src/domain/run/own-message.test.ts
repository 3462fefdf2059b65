import { describe, expect, it } from 'vitest';
import { recogniseOwnMessage } from './own-message.ts';

describe('recogniseOwnMessage', () => {
  it.each([
    ['Everything is well', [{ key: 'allWell', values: {} }]],
    [
      'GET answered 200 after 31 ms',
      [{ key: 'answered', values: { method: 'GET', status: '200', ms: '31' } }],
    ],
    [
      "The answer's status is 503, expected 200-299, 404",
      [{ key: 'unexpectedStatus', values: { status: '503', expected: '200-299, 404' } }],
    ],
    [
      'Queue: 3 runs wait, the oldest for 400 s; Disk: 3 % free on server-1',
      [
        { key: 'queueWaits', values: { count: '3', seconds: '400' } },
        { key: 'diskFull', values: { percent: '3', host: 'server-1' } },
      ],
    ],
    [
      'The plugin answered 302; redirects are not followed',
      [{ key: 'remoteRedirected', values: { status: '302' } }],
    ],
    ['Canceled, because the next time of its schedule had come', [{ key: 'superseded', values: {} }]],
  ])('knows %s', (text, messages) => {
    expect(recogniseOwnMessage(text)).toEqual(messages);
  });

  it.each(['', 'Everything is well!', 'Disk: 3 % free on a; and more', '処理完了', 'GET answered nothing'])(
    'leaves %j as it is',
    (text) => {
      expect(recogniseOwnMessage(text)).toBeNull();
    },
  );
});
