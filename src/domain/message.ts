import { z } from 'zod';

/** The values of a sentence: texts, numbers, and messages shown inside it. */
export type MessageValues = Readonly<Record<string, string | number | readonly CodedMessage[]>>;

/**
 * A message as stored: its English text, with a code and values if the portal or a built-in plugin wrote it. Messages of
 * scripts and remote plugins have no code and are shown unchanged.
 */
export type Message = CodedMessage | ForeignMessage;

export interface ForeignMessage {
  text: string;
  code: null;
  values: null;
}

export interface CodedMessage {
  text: string;
  code: string;
  values: MessageValues;
}

export const foreignMessage = (text: string): ForeignMessage => ({ text, code: null, values: null });

const placeholder = /\{(\w+)(?:\|([^}]*))?\}/g;

/**
 * Fills a sentence with its values: `{name}` is a value, `{names|, }` is a list of messages joined by the text after the bar.
 * @param say formats a message inside this one
 */
export function fillSentence(
  template: string,
  values: MessageValues,
  say: (message: CodedMessage) => string,
): string {
  return template.replaceAll(placeholder, (whole, name: string, separator: string | undefined) => {
    const value = Object.hasOwn(values, name) ? values[name] : undefined;
    if (value === undefined) return whole;
    return typeof value === 'object' ? value.map(say).join(separator ?? '') : String(value);
  });
}

type PlaceholderIn<Template> = Template extends `${string}{${infer Inside}}${infer Rest}`
  ? Inside | PlaceholderIn<Rest>
  : never;
type ValueOf<Inside> = Inside extends `${string}|${string}` ? readonly OwnMessage[] : string | number;
type NameOf<Inside> = Inside extends `${infer Name}|${string}` ? Name : Inside & string;

/** The values of a sentence, derived from its placeholders. */
export type ValuesOf<Template> = {
  [Inside in PlaceholderIn<Template> as NameOf<Inside>]: ValueOf<Inside>;
};
/** The same as function arguments; a sentence without placeholders has none. */
export type ValuesArgument<Template> = [PlaceholderIn<Template>] extends [never]
  ? []
  : [values: ValuesOf<Template>];

/** One of our own messages before it is stored. Its text is always the sentence filled with the values. */
export class OwnMessage implements CodedMessage {
  readonly code: string;
  readonly values: MessageValues;
  readonly text: string;
  readonly #template: string;

  constructor(code: string, template: string, values: MessageValues = {}) {
    this.code = code;
    this.values = values;
    this.text = fillSentence(template, values, ({ text }) => text);
    this.#template = template;
  }

  /** Returns this message with changed values, for example with secrets redacted. */
  map(change: (text: string) => string): OwnMessage {
    const changed = Object.entries(this.values).map(([name, value]) => {
      if (typeof value === 'string') return [name, change(value)];
      if (typeof value === 'number') return [name, value];
      return [name, value.map((part) => (part instanceof OwnMessage ? part.map(change) : part))];
    });
    return new OwnMessage(this.code, this.#template, Object.fromEntries(changed) as MessageValues);
  }
}

/** An error whose message can be one of our own. */
export class OwnError extends Error {
  readonly said: string | OwnMessage;

  constructor(said: string | OwnMessage, options?: ErrorOptions) {
    super(typeof said === 'string' ? said : said.text, options);
    this.said = said;
  }
}

/**
 * Applies `clean` to the values of our own message, or to the whole text of any other. If the filled sentence would still
 * change, for example because it is too long, it is stored as text without a code.
 */
export function cleanMessage(told: string | Message, clean: (text: string) => string): Message {
  if (typeof told === 'string') return foreignMessage(clean(told));
  const cleaned = told instanceof OwnMessage ? told.map(clean) : told;
  const text = clean(cleaned.text);
  return text === cleaned.text ? cleaned : foreignMessage(text);
}

/** Creates an expected error, without a stack: where in our code it occurred helps no reader. */
export function plainError(name: string, said: OwnMessage): OwnError {
  return Object.assign(new OwnError(said), { name, stack: undefined });
}

const codedSchema: z.ZodType<CodedMessage> = z.object({
  text: z.string(),
  code: z.string(),
  get values() {
    return valuesSchema;
  },
});
const valuesSchema: z.ZodType<MessageValues> = z.record(
  z.string(),
  z.union([z.string(), z.number(), z.array(codedSchema)]),
);

/** Reads a stored message; null if none is stored. */
export function readMessage(text: string | null, code: unknown, values: unknown): Message | null {
  if (!text) return null;
  const coded = codedSchema.safeParse({ text, code, values });
  return coded.success ? coded.data : foreignMessage(text);
}
