import { InvalidInputError, PortalError } from '#domain/errors.ts';

/** The body is larger than the route allows. */
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

/**
 * Reads a request's body without ever holding more than the limit in memory.
 * @throws BodyTooLargeError at once if the declared length exceeds the limit, else as soon as the bytes do;
 * InvalidInputError if the sender disconnects before the end
 */
export async function readBody(request: Request, bytesMax: number): Promise<Uint8Array> {
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
