import type { z } from 'zod';

/** Returns the limits that the text of a problem can name: those of zod's own checks, or the `params` of our own. */
export function limitsInIssue(issue: z.core.$ZodIssue): Record<string, number> {
  switch (issue.code) {
    case 'too_big':
      return { max: Number(issue.maximum) };
    case 'too_small':
      return { min: Number(issue.minimum) };
    case 'custom':
      return issue.params ?? {};
    default:
      return {};
  }
}
