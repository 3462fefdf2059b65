import { InvalidInputError, PortalError } from '#domain/errors.ts';

/** The body is larger than the route takes. */
export class BodyTooLargeError extends PortalError {
  override name = 'BodyTooLargeError';

  constructor(bytesMax: number) {
    super(`Body must be at most ${formatBytes(bytesMax)}`);
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
    // Not cancelled: that would cut the connection before a sender could read why it was refused.
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

/**
 * The bytes of a request's body, of which never more than the limit are held in memory.
 * @throws BodyTooLargeError at once when the declared length is over the limit, else as soon as the bytes are;
 * InvalidInputError when the sender goes away in the middle
 */
export async function readBody(request: Request, bytesMax: number): Promise<Uint8Array> {
  const declared = request.headers.get('content-length');
  if (declared !== null && Number(declared) > bytesMax) throw new BodyTooLargeError(bytesMax);
  try {
    // A server holds the sender to the declared length; not touching `body` then saves making a stream of it.
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
