import { z } from 'zod';
import { passwordBytesMax, passwordCharactersMin, typedPasswordCharactersMax } from '#domain/limits.ts';

/** A new password only has to be long, because rules about characters make passwords worse. Bcrypt reads 72 bytes. */
export const newPassword = z
  .string()
  .min(passwordCharactersMin, 'problems.passwordTooShort')
  .refine((text) => new TextEncoder().encode(text).length <= passwordBytesMax, {
    error: 'problems.passwordTooLong',
    params: { max: passwordBytesMax },
  });

/** A password that is given to be compared. */
export const typedPassword = z
  .string()
  .min(1, 'problems.required')
  .max(typedPasswordCharactersMax, 'problems.tooLong');
