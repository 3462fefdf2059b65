/**
 * How the portal signs its requests to a remote plugin, so that the plugin can trust the run, the payload and the deadline.
 * The format is Standard Webhooks (standardwebhooks.com), which libraries in most languages can verify:
 *
 *   webhook-id:         run_<run id>_<attempt>
 *   webhook-timestamp:  whole seconds since 1970
 *   webhook-signature:  v1,<base64 of HMAC-SHA256(secret, signed content)>, several separated by a space
 *   signed content:     <webhook-id>.<webhook-timestamp>.<body, byte for byte>
 *
 * During a secret rotation there are two signatures; one match is enough. This file only builds the signed content; callers
 * compute the HMAC. See docs/api/remote-plugins.md.
 */
export const signatureHeaders = {
  messageId: 'webhook-id',
  timestamp: 'webhook-timestamp',
  signature: 'webhook-signature',
} as const;

/** Returns the message id of one attempt of a run. It stays the same when the request is sent again. */
export function messageIdOf(runId: string, attempt: number): string {
  return `run_${runId}_${attempt}`;
}

/** Returns the text to sign with HMAC. Throws a RangeError for an id with a dot, which would be ambiguous. */
export function signedContent(messageId: string, timestampSeconds: number, body: string): string {
  if (messageId.includes('.')) throw new RangeError('A message id must not contain a dot.');
  return `${messageId}.${timestampSeconds}.${body}`;
}

/** Returns the header for one signature, or for several during a secret rotation. */
export function signatureHeaderOf(signaturesBase64: readonly string[]): string {
  return signaturesBase64.map((signature) => `v1,${signature}`).join(' ');
}
