import { z } from 'zod';
import { isBlank } from '#domain/written-text.ts';

/** A field for a name that lists show: it must show something. */
export const shownText = ({ max }: { max: number }) =>
  z
    .string()
    .trim()
    .refine((text) => !isBlank(text), 'problems.required')
    .max(max, 'problems.tooLong');
