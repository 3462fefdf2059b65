'use server';

import { redirect, RedirectType } from 'next/navigation';
import { defineAction } from '#forms/define-action.ts';
import { createApiKey as createApiKeyVerb } from './create-api-key.ts';
import { revokeApiKey as revokeApiKeyVerb } from './revoke-api-key.ts';
import { rotateApiKey as rotateApiKeyVerb } from './rotate-api-key.ts';
import { apiKeyIdInput, createApiKeyInput, rotateApiKeyInput } from './schemas.ts';

/** Creates a key and returns it; it is shown only once. */
export const createApiKey = defineAction({
  access: 'admin',
  schema: createApiKeyInput,
  async handle(input, admin) {
    const { key } = await createApiKeyVerb(admin, input);
    return { data: { secret: key } };
  },
});

/** Replaces a key and returns the new one. */
export const rotateApiKey = defineAction({
  access: 'admin',
  schema: rotateApiKeyInput,
  rules: { api_key_is_over: 'problems.keyIsOver' },
  async handle(input, admin) {
    const { key } = await rotateApiKeyVerb(admin, input);
    return { data: { secret: key } };
  },
});

export const revokeApiKey = defineAction({
  access: 'admin',
  schema: apiKeyIdInput,
  async handle({ apiKeyId }, admin) {
    await revokeApiKeyVerb(admin, apiKeyId);
    // Leaves the URL that opened the dialog.
    redirect('/settings/api-keys', RedirectType.replace);
  },
});
