import type { Json } from '#data/database.types.ts';
import { type LocalizedText, localizedTextSchema } from '#domain/plugin/payload-schema.ts';

/** Returns the texts in each language from the plugin's manifest, or the stored text if there are none. */
export function toLocalizedText(stored: string, declared: Json): LocalizedText {
  return localizedTextSchema.safeParse(declared).data ?? stored;
}
