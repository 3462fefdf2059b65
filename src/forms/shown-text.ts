import { z } from 'zod';
import { cleanName } from '#domain/name-text.ts';

/** A field for a name that lists show and compare: it must show something. */
export const shownText = ({ max }: { max: number }) =>
  z.string().overwrite(cleanName).min(1, 'problems.required').max(max, 'problems.tooLong');
