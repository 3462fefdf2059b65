import zlib from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { InvalidInputError } from '#domain/errors.ts';
import { BodyTooLargeError, readBody, UnsupportedEncodingError } from './request-body.ts';

const request = (body: BodyInit | null, headers: Record<string, string> = {}): Request =>
  new Request('http://portal.test/', { method: 'POST', body, headers, duplex: 'half' } as RequestInit);

it('a request without a body has no bytes', async () => {
  expect(await readBody(request(null), 10)).toHaveLength(0);
});

it.each([{}, { 'Content-Length': '5' }])('reads a whole body up to the limit (%j)', async (headers) => {
  expect(
    new TextDecoder().decode(await readBody(request('12345', headers as Record<string, string>), 5)),
  ).toBe('12345');
});

it('detects a wrong declared length', async () => {
  await expect(readBody(request('123456', { 'Content-Length': '1' }), 5)).rejects.toThrow(BodyTooLargeError);
});

it('the error names the limit', () => {
  expect(new BodyTooLargeError(1_048_576).message).toBe('Body must be at most 1 MiB (1048576 bytes)');
  expect(new BodyTooLargeError(1000).message).toBe('Body must be at most 1000 bytes');
});

it.each([{}, { 'Content-Length': '10' }])(
  'a sender that disconnects early is not our bug (%j)',
  async (headers) => {
    const body = new ReadableStream({
      start(controller) {
        controller.enqueue(new Uint8Array(3));
        controller.error(new Error('aborted'));
      },
    });
    await expect(readBody(request(body, headers as Record<string, string>), 10)).rejects.toThrow(
      InvalidInputError,
    );
  },
);

describe('a compressed body [contract: bodies]', () => {
  const compressions: [string, (bytes: Uint8Array) => Buffer][] = [
    ['gzip', zlib.gzipSync],
    ['GZIP', zlib.gzipSync],
    ['x-gzip', zlib.gzipSync],
    [' gzip , identity', zlib.gzipSync],
    ['deflate', zlib.deflateSync],
    ['deflate', zlib.deflateRawSync],
    ['deflate', (bytes) => zlib.deflateSync(bytes, { level: 0, windowBits: 9 })],
    ['deflate', (bytes) => zlib.deflateRawSync(bytes, { level: 0 })],
  ];
  const read = (
    bytes: Uint8Array,
    encoding: string,
    bytesMax: number,
    headers: Record<string, string> = {},
  ) => readBody(request(new Uint8Array(bytes), { 'Content-Encoding': encoding, ...headers }), bytesMax);

  it('is read, whatever it contains, also in pieces and with a length', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...compressions),
        fc.uint8Array({ minLength: 1, maxLength: 3000 }),
        async ([encoding, compress], bytes) => {
          const sent = compress(bytes);
          expect(Buffer.from(await read(sent, encoding, 5000))).toEqual(Buffer.from(bytes));
          const length = { 'Content-Length': String(sent.byteLength) };
          expect(Buffer.from(await read(sent, encoding, 5000, length))).toEqual(Buffer.from(bytes));
        },
      ),
    );
  });

  // The last two do not compress, so they are over the limit before.
  it.each(compressions.slice(0, -2))(
    'as %s may have the limit, not one byte more',
    async (encoding, compress) => {
      const max = 1_048_576;
      expect(await read(compress(new Uint8Array(max)), encoding, max)).toHaveLength(max);
      await expect(read(compress(new Uint8Array(max + 1)), encoding, max)).rejects.toThrow(BodyTooLargeError);
    },
  );

  it('that would fill the memory is given up at the limit', async () => {
    // Almost 1 MiB of gzip that decompresses to almost 1 GiB.
    const part = zlib.gzipSync(Buffer.alloc(16 * 1_048_576));
    const bomb = Buffer.concat(Array.from({ length: 60 }, () => part));
    expect(bomb.byteLength).toBeLessThan(1_048_576);
    const before = process.memoryUsage().arrayBuffers;
    await expect(read(bomb, 'gzip', 1_048_576)).rejects.toThrow(BodyTooLargeError);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(32 * 1_048_576);
  });

  it.each<[string, Uint8Array]>([
    ['no gzip at all', Buffer.from('{"job_key":"a"}')],
    ['a part of it', zlib.gzipSync(Buffer.alloc(1000, 'abc')).subarray(0, 20)],
    ['a wrong checksum', Buffer.concat([zlib.gzipSync('abc').subarray(0, -8), Buffer.alloc(8)])],
  ])('that is %s gets a sentence', async (_what, bytes) => {
    const refused = read(bytes, 'gzip', 5000);
    await expect(refused).rejects.toThrow(InvalidInputError);
    await expect(refused).rejects.toThrow('Body cannot be decompressed as Content-Encoding says');
  });

  it.each([
    '',
    ' ',
    'identity',
    'Identity',
    'utf-8',
    'UTF8',
    'shift_jis',
    'cp932',
    'euc-jp',
    'identity, utf-8',
  ])('is none if the header is %j', async (encoding) => {
    expect(new TextDecoder().decode(await read(Buffer.from('12345'), encoding, 5))).toBe('12345');
  });

  it.each(['br', 'zstd', 'compress', 'gzip, gzip', 'gzip, br', 'base64', 'constructor'])(
    'as %s is refused',
    async (encoding) => {
      await expect(read(Buffer.from('12345'), encoding, 5)).rejects.toThrow(UnsupportedEncodingError);
    },
  );

  it('without a byte has none', async () => {
    expect(await read(new Uint8Array(), 'gzip', 5)).toHaveLength(0);
  });
});
