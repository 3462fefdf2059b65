import { describe, expect, it } from 'vitest';
import {
  findPayloadSchemaProblems,
  formFieldsOf,
  payloadSchemaSchema,
  validatePayload,
  validatePayloadForm,
} from './payload-schema.ts';
import type { PayloadSchema } from './payload-schema.ts';

const schema: PayloadSchema = {
  type: 'object',
  required: ['code', 'from'],
  properties: {
    code: { type: 'string', minLength: 2, maxLength: 4, title: { ja: '銘柄コード', en: 'Code' } },
    from: { type: 'string', format: 'date' },
    market: { type: 'string', enum: ['prime', 'growth'], default: 'prime' },
    days: { type: 'integer', minimum: 1, maximum: 30 },
    ratio: { type: 'number', description: '0 to 1' },
    isDryRun: { type: 'boolean', default: false },
  },
};
const valid = { code: '7203', from: '2026-11-21' };

function problemsOf(input: unknown): string[] {
  const result = validatePayload(schema, input);
  return result.ok ? [] : result.problems.map(({ field, problem }) => `${field} ${problem}`);
}

describe('payloads from the API', () => {
  it('a valid payload gets its defaults', () => {
    expect(validatePayload(schema, valid)).toEqual({
      ok: true,
      payload: { ...valid, market: 'prime', isDryRun: false },
    });
  });

  it.each<[input: unknown, problem: string]>([
    [null, ' not_an_object'],
    [[], ' not_an_object'],
    [{ ...valid, colour: 'red' }, 'colour unknown_field'],
    [{ ...valid, ['constructor']: 1 }, 'constructor unknown_field'],
    [{ from: '2026-11-21' }, 'code required'],
    [{ ...valid, code: null }, 'code required'],
    [{ ...valid, code: 7203 }, 'code not_text'],
    [{ ...valid, code: '7' }, 'code too_short'],
    [{ ...valid, code: '72030' }, 'code too_long'],
    [{ ...valid, from: '2026-02-30' }, 'from not_a_date'],
    [{ ...valid, from: '21.11.2026' }, 'from not_a_date'],
    [{ ...valid, market: 'standard' }, 'market not_a_choice'],
    [{ ...valid, days: '3' }, 'days not_a_number'],
    [{ ...valid, days: 1.5 }, 'days not_an_integer'],
    [{ ...valid, days: 0 }, 'days too_small'],
    [{ ...valid, days: 31 }, 'days too_large'],
    [{ ...valid, ratio: NaN }, 'ratio not_a_number'],
    [{ ...valid, isDryRun: 'yes' }, 'isDryRun not_a_boolean'],
  ])('rejects %j: %s', (input, problem) => {
    expect(problemsOf(input)).toEqual([problem]);
  });

  it('counts characters, not UTF-16 code units', () => {
    expect(problemsOf({ ...valid, code: '😀😀😀😀' })).toEqual([]);
  });
});

describe('payloads from the form', () => {
  it('converts texts to the types of the schema', () => {
    const texts = { ...valid, days: '3', ratio: '0.5', isDryRun: 'on', market: '' };
    expect(validatePayloadForm(schema, texts)).toEqual({
      ok: true,
      payload: { ...valid, days: 3, ratio: 0.5, isDryRun: true, market: 'prime' },
    });
  });

  it('reports an unreadable number', () => {
    const result = validatePayloadForm(schema, { ...valid, days: 'three' });
    expect(result.ok ? [] : result.problems.map(({ message }) => message.text)).toEqual([
      'days must be a number.',
    ]);
  });

  it("orders the fields as in the manifest, in the reader's language", () => {
    expect(
      formFieldsOf(schema, 'ja').map(({ name, label, control, isRequired }) => [
        name,
        label,
        control,
        isRequired,
      ]),
    ).toEqual([
      ['code', '銘柄コード', 'text', true],
      ['from', 'from', 'date', true],
      ['market', 'market', 'select', false],
      ['days', 'days', 'number', false],
      ['ratio', 'ratio', 'number', false],
      ['isDryRun', 'isDryRun', 'checkbox', false],
    ]);
    expect(formFieldsOf(schema, 'en')[3]).toMatchObject({ min: 1, max: 30, step: 1, options: [] });
  });
});

describe('schemas of payloads', () => {
  it('rejects unsupported parts of JSON Schema instead of ignoring them', () => {
    for (const properties of [
      { a: { type: 'array', items: {} } },
      { a: { type: 'string', pattern: '.*' } },
      { a: { $ref: '#/b' } },
      { 'a b': { type: 'string' } },
      { __proto: { type: 'string' }, '1a': { type: 'string' } },
    ]) {
      expect(payloadSchemaSchema.safeParse({ type: 'object', properties }).success).toBe(false);
    }
  });

  it('finds contradictions', () => {
    expect(
      findPayloadSchemaProblems({
        type: 'object',
        required: ['b'],
        properties: { a: { type: 'integer', maximum: 3, default: 4 } },
      }),
    ).toEqual([
      [['required'], "names 'b', which is not among the properties"],
      [['properties', 'a', 'default'], 'does not fit its own field (too_large)'],
    ]);
  });
});
