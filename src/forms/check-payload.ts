import { InvalidInputError } from '#domain/errors.ts';
import { type Payload, type PayloadSchema, validatePayload } from '#domain/plugin/payload-schema.ts';

/**
 * A payload that fits its job's schema, defaults filled in; a job without a schema takes none.
 * @throws InvalidInputError with each field that is wrong, as `payload.<field>`
 */
export function checkPayload(schema: PayloadSchema | null, payload: unknown): Payload {
  const checked = validatePayload(schema ?? { type: 'object', properties: {} }, payload);
  if (checked.ok) return checked.payload;
  throw new InvalidInputError(
    'The payload is wrong',
    checked.problems.map(({ field, message }) => ({
      field: field === '' ? 'payload' : `payload.${field}`,
      problem: message.text,
    })),
  );
}
