import type { Metadata } from 'next';
import { getLocale } from 'next-intl/server';
import { PortalError } from '#domain/errors.ts';
import { textIn } from '#domain/plugin/payload-schema.ts';
import { oneLine, readableText } from '#domain/readable-text.ts';
import { requireMember } from '#auth/current-member.ts';
import { getPlugin } from '#features/plugins/queries.ts';

/** Returns the title of a plugin's page. The page itself handles errors. */
export async function pluginTitle(id: string): Promise<Metadata> {
  try {
    const { name } = await getPlugin(await requireMember(), id);
    return { title: oneLine(readableText(textIn(name, await getLocale())), 80) };
  } catch (error) {
    if (error instanceof PortalError) return {};
    throw error;
  }
}
