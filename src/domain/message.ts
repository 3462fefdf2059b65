import { z } from 'zod';

/** What a sentence takes: texts and numbers, and further messages that stand in it. */
export type MessageValues = Readonly<Record<string, string | number | readonly CodedMessage[]>>;

/**
 * A message as it is stored: its English text, and the code and values of the sentence if the portal or a built-in plugin wrote it.
 * What a script or a remote plugin says has no code and is shown as it is.
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
 * A sentence with its values: `{name}` stands for a value, `{names|, }` for messages joined by what follows the bar.
 * @param say says a message that stands in another one
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

/** The values that a sentence takes, read from its placeholders. */
export type ValuesOf<Template> = {
  [Inside in PlaceholderIn<Template> as NameOf<Inside>]: ValueOf<Inside>;
};
/** The same as arguments: none for a sentence without placeholders. */
export type ValuesArgument<Template> = [PlaceholderIn<Template>] extends [never]
  ? []
  : [values: ValuesOf<Template>];

/** A message of our own before it is stored. Its text is always what its sentence says with its values. */
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

  /** The same with its values changed, as when secrets are blanked out. */
  map(change: (text: string) => string): OwnMessage {
    const changed = Object.entries(this.values).map(([name, value]) => {
      if (typeof value === 'string') return [name, change(value)];
      if (typeof value === 'number') return [name, value];
      return [name, value.map((part) => (part instanceof OwnMessage ? part.map(change) : part))];
    });
    return new OwnMessage(this.code, this.#template, Object.fromEntries(changed) as MessageValues);
  }
}

/** An error that may say a message of our own. */
export class OwnError extends Error {
  readonly said: string | OwnMessage;

  constructor(said: string | OwnMessage, options?: ErrorOptions) {
    super(typeof said === 'string' ? said : said.text, options);
    this.said = said;
  }
}

/**
 * A message in which `clean` has changed the values, or the text where it is no sentence of ours. A sentence that would still have to
 * change as a whole, as one that is too long, is kept as a text without a code.
 */
export function cleanMessage(told: string | Message, clean: (text: string) => string): Message {
  if (typeof told === 'string') return foreignMessage(clean(told));
  const cleaned = told instanceof OwnMessage ? told.map(clean) : told;
  const text = clean(cleaned.text);
  return text === cleaned.text ? cleaned : foreignMessage(text);
}

/** An error of the portal's own that is no defect: where in the code it arose tells nobody anything. */
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

/** A message from what is stored of it; null where nothing is. */
export function readMessage(text: string | null, code: unknown, values: unknown): Message | null {
  if (!text) return null;
  const coded = codedSchema.safeParse({ text, code, values });
  return coded.success ? coded.data : foreignMessage(text);
}
