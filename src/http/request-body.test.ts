import { expect, it } from 'vitest';
import { InvalidInputError } from '#domain/errors.ts';
import { BodyTooLargeError, readBody } from './request-body.ts';

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
