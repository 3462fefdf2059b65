/** An encoding that scripts in Japan send. */
export type JapaneseEncoding = 'utf-8' | 'shift_jis' | 'euc-jp' | 'iso-2022-jp' | 'utf-16le' | 'utf-16be';

const pairs = (leads: readonly number[], trails: readonly number[]): number[][] =>
  leads.flatMap((lead) => trails.map((trail) => [lead, trail]));
const range = (from: number, to: number): number[] =>
  Array.from({ length: to - from + 1 }, (_, n) => from + n);

// The bytes that can be one character, from which the decoder makes the table of an encoder.
const codes: Record<'shift_jis' | 'euc-jp', number[][]> = {
  shift_jis: [
    ...range(0xa1, 0xdf).map((byte) => [byte]),
    ...pairs([...range(0x81, 0x9f), ...range(0xe0, 0xfc)], [...range(0x40, 0x7e), ...range(0x80, 0xfc)]),
  ],
  'euc-jp': [...pairs([0x8e], range(0xa1, 0xdf)), ...pairs(range(0xa1, 0xfe), range(0xa1, 0xfe))],
};
const tables = new Map<string, Map<string, number[]>>();

function tableOf(encoding: 'shift_jis' | 'euc-jp'): Map<string, number[]> {
  const known = tables.get(encoding);
  if (known) return known;
  const decoder = new TextDecoder(encoding);
  const table = new Map<string, number[]>();
  for (const code of codes[encoding]) {
    const character = decoder.decode(Uint8Array.from(code));
    if (character.length === 1 && !table.has(character)) table.set(character, code);
  }
  tables.set(encoding, table);
  return table;
}

function encodeIn(encoding: 'shift_jis' | 'euc-jp', character: string): number[] {
  if (character < '\x80') return [character.charCodeAt(0)];
  const code = tableOf(encoding).get(character);
  if (!code) throw new Error(`${encoding} has no ${character}`);
  return code;
}

/** Encodes a text as programs in Japan do; throws for characters that the encoding does not have. */
export function encodeText(text: string, encoding: JapaneseEncoding): Uint8Array {
  if (encoding === 'utf-8') return new TextEncoder().encode(text);
  if (encoding.startsWith('utf-16')) {
    const bytes = Buffer.from(text, 'utf16le');
    return Uint8Array.from(encoding === 'utf-16be' ? bytes.swap16() : bytes);
  }
  if (encoding !== 'iso-2022-jp')
    return Uint8Array.from(
      Array.from(text).flatMap((character) => encodeIn(encoding as 'euc-jp', character)),
    );
  const bytes: number[] = [];
  let set = 0x42;
  for (const character of text) {
    const isHalfWidth = /[｡-ﾟ]/.test(character);
    const code = encodeIn('euc-jp', character);
    const needed = isHalfWidth ? 0x49 : code.length === 1 ? 0x42 : 0x24;
    if (needed !== set) bytes.push(0x1b, ...(needed === 0x24 ? [0x24, 0x42] : [0x28, needed]));
    set = needed;
    bytes.push(...code.slice(isHalfWidth ? 1 : 0).map((byte) => byte & 0x7f));
  }
  return Uint8Array.from(set === 0x42 ? bytes : [...bytes, 0x1b, 0x28, 0x42]);
}
