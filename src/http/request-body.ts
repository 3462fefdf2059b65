import { promisify } from 'node:util';
import { gunzip, inflate, inflateRaw } from 'node:zlib';
import { encodingNamed } from '#domain/body-encoding.ts';
import { InvalidInputError, PortalError } from '#domain/errors.ts';

/** The body is larger than the route allows. */
export class BodyTooLargeError extends PortalError {
  override name = 'BodyTooLargeError';

  constructor(bytesMax: number) {
    super(`Body must be at most ${formatBytes(bytesMax)}`);
  }
}

/** The body is compressed in a way that the portal cannot read. */
export class UnsupportedEncodingError extends PortalError {
  override name = 'UnsupportedEncodingError';

  constructor() {
    super('Content-Encoding must be gzip, deflate or identity');
  }
}

const formatBytes = (bytes: number): string =>
  bytes % 1_048_576 === 0 ? `${bytes / 1_048_576} MiB (${bytes} bytes)` : `${bytes} bytes`;

async function readPieces(body: ReadableStream<Uint8Array> | null, bytesMax: number): Promise<Uint8Array> {
  if (body === null) return new Uint8Array();
  const pieces: Uint8Array[] = [];
  let length = 0;
  const reader = body.getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) break;
      length += value.byteLength;
      if (length > bytesMax) throw new BodyTooLargeError(bytesMax);
      pieces.push(value);
    }
  } finally {
    // Do not cancel the stream: that would close the connection before a sender could read the error.
    reader.releaseLock();
  }
  const bytes = new Uint8Array(length);
  let at = 0;
  for (const piece of pieces) {
    bytes.set(piece, at);
    at += piece.byteLength;
  }
  return bytes;
}

async function readBytes(request: Request, bytesMax: number): Promise<Uint8Array> {
  const declared = request.headers.get('content-length');
  if (declared !== null && Number(declared) > bytesMax) throw new BodyTooLargeError(bytesMax);
  try {
    // The server enforces the declared length. Not using `body` avoids creating a stream.
    const bytes =
      declared === null
        ? await readPieces(request.body, bytesMax)
        : new Uint8Array(await request.arrayBuffer());
    if (bytes.byteLength > bytesMax) throw new BodyTooLargeError(bytesMax);
    return bytes;
  } catch (error) {
    if (error instanceof BodyTooLargeError) throw error;
    throw new InvalidInputError('Body ended too early');
  }
}

type Decompress = (bytes: Uint8Array, options: { maxOutputLength: number }) => Promise<Uint8Array>;

const decompressGzip: Decompress = promisify(gunzip);
const decompressZlib: Decompress = promisify(inflate);
const decompressRaw: Decompress = promisify(inflateRaw);

/** Senders disagree whether deflate has zlib's header: its method is 8, and its two bytes are a multiple of 31. */
const decompressDeflate: Decompress = (bytes, options) => {
  const [first = 0, second = 0] = bytes;
  const hasHeader = (first & 0x0f) === 8 && (first * 256 + second) % 31 === 0;
  return hasHeader ? decompressZlib(bytes, options) : decompressRaw(bytes, options);
};

const decompressions: Record<string, Decompress> = {
  gzip: decompressGzip,
  'x-gzip': decompressGzip,
  deflate: decompressDeflate,
};

/** @throws UnsupportedEncodingError */
function readContentEncoding(header: string | null): string | undefined {
  const [encoding, ...more] = (header ?? '')
    .toLowerCase()
    .split(',')
    .map((name) => name.trim())
    // Scripts confuse this header with the character set.
    .filter((name) => name !== '' && name !== 'identity' && encodingNamed(name) === null);
  if (encoding === undefined) return undefined;
  if (more.length > 0 || !Object.hasOwn(decompressions, encoding)) throw new UnsupportedEncodingError();
  return encoding;
}

/**
 * Reads and decompresses a request's body without ever holding more than the limit in memory.
 * @throws BodyTooLargeError at once if the declared length exceeds the limit, else as soon as the bytes do, compressed or not;
 * UnsupportedEncodingError; InvalidInputError if the sender disconnects before the end, or the compressed data is damaged
 */
export async function readBody(request: Request, bytesMax: number): Promise<Uint8Array> {
  const encoding = readContentEncoding(request.headers.get('content-encoding'));
  const bytes = await readBytes(request, bytesMax);
  if (encoding === undefined || bytes.byteLength === 0) return bytes;
  try {
    return await decompressions[encoding]!(bytes, { maxOutputLength: bytesMax });
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ERR_BUFFER_TOO_LARGE')
      throw new BodyTooLargeError(bytesMax);
    throw new InvalidInputError('Body cannot be decompressed as Content-Encoding says');
  }
}
