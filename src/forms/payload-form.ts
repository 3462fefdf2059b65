import { InvalidInputError } from '#domain/errors.ts';
import { type Payload, type PayloadSchema, validatePayloadForm } from '#domain/plugin/payload-schema.ts';

/** Name of a payload field in a form. */
export const payloadFieldName = (name: string): string => `payload.${name}`;

/**
 * Reads a payload from the fields that PayloadFields created.
 * @throws InvalidInputError with the translation key of each problem
 */
export function readPayloadForm(schema: PayloadSchema | null, form: Record<string, unknown>): Payload {
  if (schema === null) return {};
  const texts = Object.fromEntries(
    Object.keys(schema.properties).map((name) => {
      const text = form[payloadFieldName(name)];
      return [name, typeof text === 'string' ? text : undefined];
    }),
  );
  const checked = validatePayloadForm(schema, texts);
  if (checked.ok) return checked.payload;
  throw new InvalidInputError(
    'The payload is wrong',
    checked.problems.map(({ field, problem, limit }) => ({
      field: payloadFieldName(field),
      problem: `problems.payload.${problem}`,
      values: { limit: limit ?? 0 },
    })),
  );
}
