import { PortalError } from '#domain/errors.ts';

/** The body is larger than the route takes. */
export class BodyTooLargeError extends PortalError {
  override name = 'BodyTooLargeError';

  constructor(bytesMax: number) {
    super(`Body must be at most ${formatBytes(bytesMax)}`);
  }
}

const formatBytes = (bytes: number): string =>
  bytes % 1_048_576 === 0 ? `${bytes / 1_048_576} MiB (${bytes} bytes)` : `${bytes} bytes`;

/**
 * The bytes of a request's body, of which never more than the limit are held in memory.
 * @throws BodyTooLargeError at once when the declared length is over the limit, else as soon as the bytes are
 */
export async function readBody(request: Request, bytesMax: number): Promise<Uint8Array> {
  const declared = request.headers.get('content-length');
  if (declared !== null && Number(declared) > bytesMax) throw new BodyTooLargeError(bytesMax);
  if (request.body === null) return new Uint8Array();
  const chunks: Uint8Array[] = [];
  let length = 0;
  const reader = request.body.getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) break;
      length += value.byteLength;
      if (length > bytesMax) throw new BodyTooLargeError(bytesMax);
      chunks.push(value);
    }
  } finally {
    // Not cancelled: that would cut the connection before a sender could read why it was refused.
    reader.releaseLock();
  }
  const [only] = chunks;
  if (chunks.length === 1 && only) return only;
  const bytes = new Uint8Array(length);
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.byteLength;
  }
  return bytes;
}
