import { createServiceClient } from '#data/clients/service.ts';
import { readWebhookSecrets } from '#data/env.ts';
import { findApiKey, type FoundApiKey, type Reporter } from '#data/reports.ts';
import { isApiKey } from '#domain/api-key.ts';
import {
  ConfigurationError,
  ForbiddenError,
  UnauthenticatedError,
  UnavailableError,
} from '#domain/errors.ts';
import { readBearer } from '#http/bearer.ts';
import { hashSecret } from '#auth/hash-secret.ts';
import { isKnownSecret, secretIn, whyUnknown } from '#auth/compare-secrets.ts';

const foundForMs = 60_000;
const missingForMs = 2_000;
const rememberedMax = 10_000;
const lookupsInFlightMax = 200;
const lookupMsMax = 5_000;

interface Remembered {
  key: FoundApiKey | null;
  untilMs: number;
}

const remembered = new Map<string, Remembered>();
const lookups = new Map<string, Promise<FoundApiKey | null>>();

function remember(keyHash: string, key: FoundApiKey | null): void {
  if (remembered.size >= rememberedMax) remembered.delete(remembered.keys().next().value!);
  remembered.set(keyHash, { key, untilMs: performance.now() + (key ? foundForMs : missingForMs) });
}

async function lookUpKey(keyHash: string): Promise<FoundApiKey | null> {
  const known = remembered.get(keyHash);
  if (known && known.untilMs > performance.now()) return known.key;
  remembered.delete(keyHash);
  let lookup = lookups.get(keyHash);
  if (!lookup) {
    // Requests with invented keys must not slow down real reports.
    if (lookups.size >= lookupsInFlightMax) {
      throw new UnavailableError('Too many keys are being checked: nothing was recorded, try again');
    }
    lookup = findApiKey(createServiceClient(), keyHash, AbortSignal.timeout(lookupMsMax))
      .then((key) => {
        remember(keyHash, key);
        return key;
      })
      .finally(() => lookups.delete(keyHash));
    lookups.set(keyHash, lookup);
  }
  return lookup;
}

/** Makes the next report with this key check the database again, because the key was just refused. */
export function forgetApiKey(apiKeyId: string): void {
  for (const [keyHash, { key }] of remembered) if (key?.apiKeyId === apiKeyId) remembered.delete(keyHash);
}

const refusal = 'Invalid or missing webhook secret';

/**
 * Authenticates a report [rule 34: keys and secrets]: by the environment's secret, current or previous, or an API key
 * with the scope `report`, in `X-TC-Portal-Webhook-Secret`; an API key also as `Authorization: Bearer`. A valid key is
 * trusted for a minute, because `record_reports` checks it again in its transaction.
 * @throws ConfigurationError without a secret in the environment, UnauthenticatedError, ForbiddenError,
 * UnavailableError
 */
export async function authenticateReporter(headers: Headers): Promise<Reporter> {
  const secrets = readWebhookSecrets();
  if (secrets.length === 0) throw new ConfigurationError('TC_PORTAL_WEBHOOK_SECRET is not set');
  const inHeader = headers.get('x-tc-portal-webhook-secret');
  if (inHeader !== null && isKnownSecret(secretIn(inHeader), secrets))
    return { tenantId: null, apiKeyId: null };
  const sent = inHeader ?? (readBearer(headers) || null);
  const key = secretIn(sent ?? '');
  const refuse = (cause: string) => new UnauthenticatedError(refusal, { cause });
  if (!isApiKey(key)) throw refuse(whyUnknown(sent, secrets));
  const found = await lookUpKey(hashSecret(key));
  if (!found) throw refuse('the API key is unknown, revoked or expired');
  if (!found.scopes.includes('report')) {
    throw new ForbiddenError('This API key needs the scope report');
  }
  return { tenantId: found.tenantId, apiKeyId: found.apiKeyId };
}
