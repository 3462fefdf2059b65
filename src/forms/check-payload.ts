import { InvalidInputError } from '#domain/errors.ts';
import { type Payload, type PayloadSchema, validatePayload } from '#domain/plugin/payload-schema.ts';

/**
 * Returns a payload that matches its job's schema, with defaults filled in; without a schema, only an empty payload is valid.
 * @throws InvalidInputError with each invalid field, as `payload.<field>`
 */
export function checkPayload(schema: PayloadSchema | null, payload: unknown): Payload {
  const checked = validatePayload(schema ?? { type: 'object', properties: {} }, payload);
  if (checked.ok) return checked.payload;
  throw new InvalidInputError(
    'Invalid body',
    checked.problems.map(({ field, message: { text } }) => ({
      field: field === '' ? 'payload' : `payload.${field}`,
      // The sentence without its subject and its full stop, because a detail follows the name of its field.
      problem: text.slice((field || 'payload').length + 1, -1),
    })),
  );
}
