/**
 * How the portal signs what it sends to a remote plugin, so that the plugin can trust the run, the payload and
 * the deadline in it. The form is that of Standard Webhooks (standardwebhooks.com), for which verifying
 * libraries exist in most languages:
 *
 *   webhook-id:         run_<run id>_<attempt>
 *   webhook-timestamp:  whole seconds since 1970
 *   webhook-signature:  v1,<base64 of HMAC-SHA256(secret, signed content)>, several separated by a space
 *   signed content:     <webhook-id>.<webhook-timestamp>.<body, byte for byte>
 *
 * While a secret is rotated there are two signatures; one that matches is enough. The HMAC itself is computed
 * where there is a crypto library; this file only says over what. See docs/api/remote-plugins.md.
 */
export const signatureHeaders = {
  messageId: 'webhook-id',
  timestamp: 'webhook-timestamp',
  signature: 'webhook-signature',
} as const;

/** The message id of one attempt of a run; stays the same when the request itself is sent again. */
export function messageIdOf(runId: string, attempt: number): string {
  return `run_${runId}_${attempt}`;
}

/** The text over which the HMAC is computed. Throws a RangeError for an id with a dot, which would be ambiguous. */
export function signedContent(messageId: string, timestampSeconds: number, body: string): string {
  if (messageId.includes('.')) throw new RangeError('A message id must not contain a dot.');
  return `${messageId}.${timestampSeconds}.${body}`;
}

/** The header for one signature, or for several while a secret is rotated. */
export function signatureHeaderOf(signaturesBase64: readonly string[]): string {
  return signaturesBase64.map((signature) => `v1,${signature}`).join(' ');
}
