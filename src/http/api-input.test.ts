import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { InvalidInputError, NotFoundError } from '#domain/errors.ts';
import {
  checkInput,
  pageCursor,
  pageOffset,
  pageSize,
  readJson,
  readParams,
  readQuery,
} from './api-input.ts';

function refusalOf(act: () => unknown): InvalidInputError {
  try {
    act();
  } catch (error) {
    if (error instanceof InvalidInputError) return error;
  }
  throw new Error('Nothing was refused');
}

const query = z.strictObject({
  limit: pageSize({ byDefault: 20, max: 100 }),
  offset: pageOffset,
  after: pageCursor((text) => (text === 'good' ? { at: text } : null)),
  status: z.enum(['queued', 'failed', 'canceled']).optional(),
});
const read = (address: string) => readQuery(query, new Request(`http://portal.test/api/x${address}`));

describe('readQuery', () => {
  it('reads known parameters, and limits the page', () => {
    expect(read('')).toEqual({ limit: 20, offset: 0 });
    expect(read('?limit=1000&offset=40&after=good&status=failed')).toEqual({
      limit: 100,
      offset: 40,
      after: { at: 'good' },
      status: 'failed',
    });
  });

  it.each([
    ['?stauts=failed', 'stauts', 'is not a known parameter'],
    ['?limit=x', 'limit', 'must be a whole number from 1 to 100'],
    ['?limit=0', 'limit', 'must be a whole number from 1 to 100'],
    ['?limit=1.5', 'limit', 'must be a whole number from 1 to 100'],
    ['?limit=1e2', 'limit', 'must be a whole number from 1 to 100'],
    ['?limit=0x10', 'limit', 'must be a whole number from 1 to 100'],
    ['?limit=', 'limit', 'must be a whole number from 1 to 100'],
    ['?limit=%2010', 'limit', 'must be a whole number from 1 to 100'],
    ['?offset=', 'offset', 'must be a whole number of at least 0'],
    ['?offset=1e2', 'offset', 'must be a whole number of at least 0'],
    ['?offset=99999999999999999999', 'offset', 'must be a whole number of at least 0'],
    ['?after=bad', 'after', 'is not a valid cursor'],
    ['?status=done', 'status', 'must be queued, failed or canceled'],
    ['?status=failed&status=queued', 'status', 'must not be repeated'],
    ['?after=%00', 'after', 'must not contain the character U+0000'],
  ])('rejects %s', (address, field, problem) => {
    const { message, details } = refusalOf(() => read(address));
    expect([message, details]).toEqual(['Invalid query', [{ field, problem }]]);
  });

  it('names every unknown parameter, up to twenty', () => {
    const address = `?a=1&b=2&${Array.from({ length: 30 }, (_, n) => `c${n}=`).join('&')}`;
    const { details } = refusalOf(() => read(address));
    expect(details.slice(0, 2).map(({ field }) => field)).toEqual(['a', 'b']);
    expect(details).toHaveLength(20);
  });
});

describe('checkInput', () => {
  const body = z.object({
    name: z.string().max(3),
    count: z.int().min(0).max(9),
    isOn: z.boolean(),
    list: z.array(z.string()).max(1),
    one: z.union([z.string(), z.object({ message: z.string() })]),
    kind: z.discriminatedUnion('type', [
      z.object({ type: z.literal('cron') }),
      z.object({ type: z.literal('interval') }),
    ]),
  });
  const good = { name: 'a', count: 1, isOn: true, list: [], one: 'x', kind: { type: 'cron' } };

  it.each([
    [{ name: undefined }, 'name', 'is required'],
    [{ name: 1 }, 'name', 'must be text'],
    [{ name: 'long' }, 'name', 'must be at most 3 characters'],
    [{ count: 1.5 }, 'count', 'must be a whole number'],
    [{ count: -1 }, 'count', 'must be at least 0'],
    [{ count: 10 }, 'count', 'must be at most 9'],
    [{ isOn: 'yes' }, 'isOn', 'must be true or false'],
    [{ list: ['a', 'b'] }, 'list', 'must be at most 1 entries'],
    [{ one: 1 }, 'one', 'has an unknown form'],
    [{ kind: { type: 'x' } }, 'kind.type', 'must be cron or interval'],
  ])('completes the name of the field for %j', (wrong, field, problem) => {
    const { details } = refusalOf(() => checkInput(body, { ...good, ...wrong }, 'Invalid body'));
    expect(details).toEqual([{ field, problem }]);
  });
});

describe('readParams', () => {
  const id = '550E8400-e29b-41d4-a716-446655440000';

  it('accepts an id in upper or lower case, and rejects an impossible one like a missing one', () => {
    expect(readParams({ id: 'Job not found' }, { id })).toEqual({ id: id.toLowerCase() });
    for (const wrong of ['', 'x', "' or 1=1"])
      expect(() => readParams({ id: 'Job not found' }, { id: wrong })).toThrow(
        new NotFoundError('Job not found'),
      );
    expect(readParams({ runId: null }, { runId: 'X' })).toEqual({ runId: 'x' });
  });
});

describe('readJson', () => {
  const readText = (text: string) =>
    readJson(new Request('http://portal.test/', { method: 'POST', body: text }));
  const refusal = async (text: string) => {
    const error: unknown = await readText(text).catch((thrown: unknown) => thrown);
    return error instanceof InvalidInputError ? [error.message, error.details] : error;
  };

  it.each([
    [
      String.raw`{"payload":{"text":"a\ud800"}}`,
      'payload.text',
      'must not contain half of a character (U+D800)',
    ],
    [
      String.raw`{"list":[{"a":"\udfff\ud83d"}]}`,
      'list.0.a',
      'must not contain half of a character (U+DFFF)',
    ],
    [String.raw`{"a":"\u0000"}`, 'a', 'must not contain the character U+0000'],
    [String.raw`{"a":{"\ud800":1}}`, 'a', 'must not contain half of a character (U+D800)'],
    [String.raw`"\ud800"`, '', 'must not contain half of a character (U+D800)'],
  ])('names what the database cannot store in %s', async (text, field, problem) => {
    expect(await refusal(text)).toEqual(['Invalid body', [{ field, problem }]]);
  });

  it('accepts every other character', async () => {
    const text = '\uFEFF\uFFFF\u202E😀𠮷\u0001';
    expect(await readText(JSON.stringify({ text }))).toEqual({ text });
  });
});
