import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { boundedFetch, storableJson } from './bounded-fetch.ts';

const halves = fc.integer({ min: 0xd800, max: 0xdfff }).map((code) => String.fromCharCode(code));
const hostileText = fc
  .array(
    fc.oneof(
      fc.constantFrom('\0', '\\', '\\u0000', '\\ud800', 'u', 'd', '"', '\u0001', '\uFFFF', '😀'),
      halves,
      fc.string(),
    ),
  )
  .map((parts) => parts.join(''));

const storable = (text: string) => text.replaceAll('\0', '\uFFFD').toWellFormed();

describe('storableJson', () => {
  it('replaces NUL and halves of characters in every text and name, and changes nothing else', () => {
    fc.assert(
      fc.property(hostileText, hostileText, (name, text) => {
        const written = JSON.stringify([{ [`k${name}`]: text, list: [text, 1, null, true] }, name]);
        expect(JSON.parse(storableJson(written))).toEqual([
          { [`k${storable(name)}`]: storable(text), list: [storable(text), 1, null, true] },
          storable(name),
        ]);
      }),
    );
  });

  it('leaves text that can be stored exactly as it is', () => {
    fc.assert(
      fc.property(fc.jsonValue({ stringUnit: 'grapheme' }), (value) => {
        const written = JSON.stringify(value);
        expect(storableJson(written)).toBe(written);
      }),
    );
  });
});

describe('boundedFetch', () => {
  it('sends nothing that the database cannot store', async () => {
    const sent = vi.spyOn(globalThis, 'fetch').mockImplementation(async () => new Response());
    const address = new URL('http://data.test/rest/v1/jobs');
    address.searchParams.set('title', 'eq.a\0b\ud800');
    await boundedFetch(address, { method: 'POST', body: JSON.stringify({ a: '\0\udfff' }) });
    const [[input, init] = []] = sent.mock.calls;
    expect(new URL(String(input)).searchParams.get('title')).toBe('eq.a\uFFFDb\uFFFD');
    expect(init?.body).toBe('{"a":"\uFFFD\uFFFD"}');
    sent.mockRestore();
  });
});
