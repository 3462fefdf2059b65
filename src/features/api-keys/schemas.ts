import { z } from 'zod';
import { limits } from '#domain/limits.ts';
import { shownText } from '#forms/shown-text.ts';
import { apiKeyScopes } from '#domain/api-key.ts';
import { searchParam, type SearchParams } from '#http/search-params.ts';

const expiryDays = z.enum(['never', '30', '90', '365']);

/** How long the old key keeps working after a rotation. */
export const overlapDaysChoices = ['0', '1', '7', '30'] as const;

export const createApiKeyInput = z.object({
  name: shownText(limits.apiKeys.name),
  scopes: z.array(z.enum(apiKeyScopes), 'problems.noScope').min(1, 'problems.noScope'),
  expiryDays: expiryDays.default('never').transform((choice) => (choice === 'never' ? null : Number(choice))),
});

export const apiKeyIdInput = z.object({ apiKeyId: z.uuid() });

const chosenKey = searchParam(z.guid());
const apiKeysAddress = z.object({ rotate: chosenKey, revoke: chosenKey });

/** Reads from the list's URL which key's dialog is open; ignores invalid values. */
export function parseApiKeysAddress(searchParams: SearchParams) {
  return apiKeysAddress.parse(searchParams);
}

export const rotateApiKeyInput = apiKeyIdInput.extend({
  overlapDays: z.enum(overlapDaysChoices).default('7').transform(Number),
});
