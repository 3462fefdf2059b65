import { z } from 'zod';
import { limits } from '#domain/limits.ts';
import type { OwnMessage } from '#domain/message.ts';
import { cleanName } from '#domain/name-text.ts';
import { type portalSentences, say } from '#domain/portal-messages.ts';

const { min, max } = limits.jobs.title;
const titleText = z
  .string()
  .min(min)
  .max(max)
  .refine((text) => cleanName(text) !== '', 'must not be blank');

/** A text in each language of the interface, or one text for all. */
const localizedText = z.union([titleText, z.strictObject({ ja: titleText, en: titleText })]);
export const localizedTextSchema = localizedText;
export type LocalizedText = z.infer<typeof localizedText>;
type Locale = 'ja' | 'en';

const described = { title: localizedText.optional(), description: localizedText.optional() };
const bounds = { minimum: z.number().optional(), maximum: z.number().optional() };

const fieldSchema = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('string'),
    ...described,
    enum: z.array(z.string()).min(1).max(200).optional(),
    format: z.literal('date').optional(),
    minLength: z.int().min(0).optional(),
    maxLength: z.int().min(1).max(100_000).optional(),
    default: z.string().optional(),
  }),
  z.strictObject({ type: z.literal('number'), ...described, ...bounds, default: z.number().optional() }),
  z.strictObject({ type: z.literal('integer'), ...described, ...bounds, default: z.int().optional() }),
  z.strictObject({ type: z.literal('boolean'), ...described, default: z.boolean().optional() }),
]);

/**
 * The part of JSON Schema that a manifest can use to describe a job's payload: one flat object of texts, choices, dates,
 * numbers and switches, so that a form can show every payload. Titles can be in two languages.
 */
export const payloadSchemaSchema = z.strictObject({
  type: z.literal('object'),
  properties: z.record(z.string().regex(/^[A-Za-z][A-Za-z0-9_]{0,63}$/), fieldSchema),
  required: z.array(z.string()).optional(),
});

export type PayloadSchema = z.infer<typeof payloadSchemaSchema>;
type PayloadField = z.infer<typeof fieldSchema>;
export type PayloadValue = string | number | boolean;
export type Payload = Record<string, PayloadValue>;

type LimitCode = 'too_small' | 'too_large' | 'too_short' | 'too_long';
type PlainCode = Exclude<keyof typeof portalSentences.payload, LimitCode>;
export type PayloadProblemCode = PlainCode | LimitCode;

/** Forms build their texts from `problem` and `limit`; the API and runs use `message`. */
export interface PayloadProblem {
  field: string;
  problem: PayloadProblemCode;
  limit: number | null;
  message: OwnMessage;
}

export type ValidatedPayload = { ok: true; payload: Payload } | { ok: false; problems: PayloadProblem[] };

/** Validates a payload from the API and fills in defaults. Fields that are not in the schema are rejected. */
export function validatePayload(schema: PayloadSchema, input: unknown): ValidatedPayload {
  if (typeof input !== 'object' || input === null || Array.isArray(input)) {
    return { ok: false, problems: [problemOf('', failed('not_an_object'))] };
  }
  const given = new Map(Object.entries(input));
  const problems: PayloadProblem[] = [];
  for (const name of given.keys()) {
    if (!Object.hasOwn(schema.properties, name)) problems.push(problemOf(name, failed('unknown_field')));
  }
  const entries: [string, PayloadValue][] = [];
  for (const [name, field] of Object.entries(schema.properties)) {
    const value: unknown = given.get(name) ?? field.default;
    if (value === undefined || value === null) {
      if (schema.required?.includes(name)) problems.push(problemOf(name, failed('required')));
      continue;
    }
    const checked = checkValue(field, value);
    if (typeof checked === 'object') problems.push(problemOf(name, checked));
    else entries.push([name, checked]);
  }
  return problems.length > 0 ? { ok: false, problems } : { ok: true, payload: Object.fromEntries(entries) };
}

/**
 * Reads a payload from form texts. An empty field counts as missing; a switch is on if its checkbox was sent. An unreadable
 * number stays a text, so that validation reports it.
 */
export function validatePayloadForm(
  schema: PayloadSchema,
  texts: Readonly<Record<string, string | undefined>>,
): ValidatedPayload {
  const entries: [string, PayloadValue][] = [];
  for (const [name, field] of Object.entries(schema.properties)) {
    const text = texts[name];
    if (field.type === 'boolean') entries.push([name, text !== undefined && text !== 'false']);
    else if (text !== undefined && text.trim() !== '') entries.push([name, readText(field, text)]);
  }
  return validatePayload(schema, Object.fromEntries(entries));
}

/** One field of the form that starts a run. */
export interface PayloadFormField {
  name: string;
  label: string;
  description: string | null;
  control: 'text' | 'number' | 'checkbox' | 'select' | 'date';
  isRequired: boolean;
  defaultValue: PayloadValue | null;
  options: string[];
  min: number | null;
  max: number | null;
  /** The step of an HTML number input: `any` or 1. Null for other controls. */
  step: 'any' | 1 | null;
  minLength: number | null;
  maxLength: number | null;
}

/** Returns the form fields for a payload, in the manifest's order and in one language. */
export function formFieldsOf(schema: PayloadSchema, locale: Locale): PayloadFormField[] {
  return Object.entries(schema.properties).map(([name, field]) => {
    const isNumeric = field.type === 'number' || field.type === 'integer';
    const isText = field.type === 'string';
    return {
      name,
      label: field.title ? textIn(field.title, locale) : name,
      description: field.description ? textIn(field.description, locale) : null,
      control: controlOf(field),
      isRequired: schema.required?.includes(name) ?? false,
      defaultValue: field.default ?? null,
      options: (isText && field.enum) || [],
      min: isNumeric ? (field.minimum ?? null) : null,
      max: isNumeric ? (field.maximum ?? null) : null,
      step: isNumeric ? (field.type === 'integer' ? 1 : 'any') : null,
      minLength: isText ? (field.minLength ?? null) : null,
      maxLength: isText ? (field.maxLength ?? null) : null,
    };
  });
}

/** Returns a text in one language. */
export function textIn(text: LocalizedText, locale: Locale): string {
  return typeof text === 'string' ? text : text[locale];
}

/** Finds contradictions in a schema that zod accepts, as `[path, problem]`. */
export function findPayloadSchemaProblems(schema: PayloadSchema): [path: string[], problem: string][] {
  const problems: [string[], string][] = [];
  for (const name of schema.required ?? []) {
    if (!Object.hasOwn(schema.properties, name)) {
      problems.push([['required'], `names '${name}', which is not among the properties`]);
    }
  }
  for (const [name, field] of Object.entries(schema.properties)) {
    if (field.default === undefined) continue;
    const checked = checkValue(field, field.default);
    if (typeof checked === 'object') {
      problems.push([['properties', name, 'default'], `does not fit its own field (${checked.problem})`]);
    }
  }
  return problems;
}

function controlOf(field: PayloadField): PayloadFormField['control'] {
  switch (field.type) {
    case 'boolean':
      return 'checkbox';
    case 'number':
    case 'integer':
      return 'number';
    case 'string':
      if (field.enum) return 'select';
      return field.format === 'date' ? 'date' : 'text';
  }
}

function readText(field: PayloadField, text: string): PayloadValue {
  if (field.type === 'string') return text;
  const number = Number(text);
  return Number.isFinite(number) ? number : text;
}

type Failed = { problem: PlainCode; limit: null } | { problem: LimitCode; limit: number };

function checkValue(field: PayloadField, value: unknown): PayloadValue | Failed {
  switch (field.type) {
    case 'boolean':
      return typeof value === 'boolean' ? value : failed('not_a_boolean');
    case 'number':
    case 'integer':
      return checkNumber(field, value);
    case 'string':
      return checkText(field, value);
  }
}

function checkNumber(
  { type, minimum, maximum }: PayloadField & { type: 'number' | 'integer' },
  value: unknown,
): number | Failed {
  if (typeof value !== 'number' || !Number.isFinite(value)) return failed('not_a_number');
  if (type === 'integer' && !Number.isSafeInteger(value)) return failed('not_an_integer');
  if (minimum !== undefined && value < minimum) return failed('too_small', minimum);
  if (maximum !== undefined && value > maximum) return failed('too_large', maximum);
  return value;
}

function checkText(field: PayloadField & { type: 'string' }, value: unknown): string | Failed {
  if (typeof value !== 'string') return failed('not_text');
  // JSON Schema counts characters, not UTF-16 code units.
  const length = [...value].length;
  const { minLength = 0, maxLength = Infinity } = field;
  if (length < minLength) return failed('too_short', minLength);
  if (length > maxLength) return failed('too_long', maxLength);
  if (field.enum && !field.enum.includes(value)) return failed('not_a_choice');
  return field.format === 'date' && !isCalendarDate(value) ? failed('not_a_date') : value;
}

function isCalendarDate(text: string): boolean {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) return false;
  const atMs = Date.parse(`${text}T00:00:00Z`);
  return !Number.isNaN(atMs) && new Date(atMs).toISOString().startsWith(text);
}

function failed(problem: PlainCode): Failed;
function failed(problem: LimitCode, limit: number): Failed;
function failed(problem: PayloadProblemCode, limit: number | null = null): Failed {
  return { problem, limit } as Failed;
}

function problemOf(field: string, found: Failed): PayloadProblem {
  const named = { field: field || 'payload' };
  const message =
    found.limit === null
      ? say(`payload.${found.problem}`, named)
      : say(`payload.${found.problem}`, { ...named, limit: found.limit });
  return { field, ...found, message };
}
