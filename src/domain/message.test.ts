import { describe, expect, it } from 'vitest';
import { cleanMessage, fillSentence, foreignMessage, OwnMessage, readMessage } from './message.ts';

const disk = new OwnMessage('demo.disk', 'Disk: {percent} % free on {host}', {
  percent: 3,
  host: 'server-1',
});
const queue = new OwnMessage('demo.queue', 'Queue: {count} runs wait', { count: 2 });
const both = new OwnMessage('demo.problems', 'Look: {problems|; }', { problems: [queue, disk] });

describe('a message of our own [rule 46: texts as codes]', () => {
  it('fills its sentence with its values and inner messages', () => {
    expect(both.text).toBe('Look: Queue: 2 runs wait; Disk: 3 % free on server-1');
  });

  it('keeps a value that looks like a placeholder unchanged', () => {
    const message = new OwnMessage('demo.name', '{name} is {kind}', { name: '{kind}', kind: 'odd' });
    expect(message.text).toBe('{kind} is odd');
    expect(fillSentence('{toString}', {}, ({ text }) => text)).toBe('{toString}');
  });

  it('is read back as stored', () => {
    const { text, code, values } = both;
    const stored: unknown = JSON.parse(JSON.stringify(values));
    expect(readMessage(text, code, stored)).toEqual({ text, code, values: stored });
  });

  it.each([
    ['demo.disk', null],
    ['demo.disk', undefined],
    [null, {}],
    [7, {}],
    ['demo.disk', { percent: true }],
    ['demo.disk', { problems: [{ text: 'no code' }] }],
  ])('has no code if the stored values are unreadable: %j %j', (code, values) => {
    expect(readMessage('Disk', code, values)).toEqual(foreignMessage('Disk'));
  });

  it('is null if nothing was stored', () => {
    expect(readMessage(null, null, null)).toBeNull();
    expect(readMessage('', null, null)).toBeNull();
  });
});

describe('cleanMessage', () => {
  const hide = (text: string) => text.replaceAll('server-1', '[redacted]');

  it('changes the values, also those of inner messages, and updates the sentence', () => {
    expect(cleanMessage(both, hide)).toMatchObject({
      text: 'Look: Queue: 2 runs wait; Disk: 3 % free on [redacted]',
      code: 'demo.problems',
      values: { problems: [{ code: 'demo.queue' }, { values: { host: '[redacted]' } }] },
    });
  });

  it('drops the code if the sentence must change beyond its values', () => {
    expect(cleanMessage(disk, (text) => text.replace('on server', 'at server'))).toEqual(
      foreignMessage('Disk: 3 % free at server-1'),
    );
  });

  it('changes a text that is not our own sentence', () => {
    expect(cleanMessage('on server-1', hide)).toEqual(foreignMessage('on [redacted]'));
    expect(cleanMessage(foreignMessage('on server-1'), hide)).toEqual(foreignMessage('on [redacted]'));
  });
});
