import { z } from 'zod';
import { limits } from '#domain/limits.ts';
import { newPassword, typedPassword } from '#auth/password-rules.ts';

export const signInInput = z.object({
  email: z.string().trim().min(1, 'problems.required').max(limits.members.email.max, 'problems.tooLong'),
  password: typedPassword,
  next: z.string().optional(),
});

export const changePasswordInput = z
  .object({
    currentPassword: typedPassword,
    newPassword,
    repeatedPassword: z.string(),
  })
  .refine((input) => input.newPassword === input.repeatedPassword, {
    path: ['repeatedPassword'],
    message: 'problems.passwordsDiffer',
  });

export const renameMyselfInput = z.object({
  displayName: z.string().trim().max(limits.members.displayName.max, 'problems.tooLong'),
});
