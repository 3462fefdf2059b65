import { z } from 'zod';
import { limits } from '#domain/limits.ts';
import { shownText } from '#forms/shown-text.ts';
import { searchParam, type SearchParams } from '#http/search-params.ts';

export const toolInput = z.object({
  name: shownText(limits.tools.name),
  description: z.string().trim().max(limits.tools.description.max, 'problems.tooLong').default(''),
  url: z
    .string()
    .trim()
    .max(limits.tools.url.max, 'problems.tooLong')
    .default('')
    .refine(
      (text) => text === '' || (/^https?:\/\//.test(text) && URL.canParse(text)),
      'problems.notAWebAddress',
    )
    .transform((text) => (text === '' ? null : text)),
});

export const toolIdInput = z.object({ toolId: z.uuid() });

export const changeToolInput = toolInput.extend(toolIdInput.shape);

export type ToolInput = z.output<typeof toolInput>;

const chosenTool = searchParam(z.uuid());
const toolsAddress = z.object({ edit: chosenTool, delete: chosenTool });

/** Reads from the list's URL which tool's dialog is open; ignores invalid values. */
export function parseToolsAddress(searchParams: SearchParams) {
  return toolsAddress.parse(searchParams);
}
