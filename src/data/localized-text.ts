import type { Json } from '#data/database.types.ts';
import { type LocalizedText, localizedTextSchema } from '#domain/plugin/payload-schema.ts';

/** A stored text, or the texts in each language that its plugin's manifest has in its place. */
export function toLocalizedText(stored: string, declared: Json): LocalizedText {
  return localizedTextSchema.safeParse(declared).data ?? stored;
}
