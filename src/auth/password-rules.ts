import { z } from 'zod';

export const passwordCharactersMin = 12;

/** A new password: long, and no other rule, because rules about signs make passwords worse. Bcrypt reads 72 bytes. */
export const newPassword = z
  .string()
  .min(passwordCharactersMin, 'problems.passwordTooShort')
  .refine((text) => new TextEncoder().encode(text).length <= 72, 'problems.passwordTooLong');
