import { z } from 'zod';
import { newPassword } from '#auth/password-rules.ts';

export const signInInput = z.object({
  email: z.string().trim().min(1, 'problems.required').max(320, 'problems.tooLong'),
  password: z.string().min(1, 'problems.required').max(1000, 'problems.tooLong'),
  next: z.string().optional(),
});

export const changePasswordInput = z
  .object({
    currentPassword: z.string().min(1, 'problems.required').max(1000, 'problems.tooLong'),
    newPassword,
    repeatedPassword: z.string(),
  })
  .refine((input) => input.newPassword === input.repeatedPassword, {
    path: ['repeatedPassword'],
    message: 'problems.passwordsDiffer',
  });

export const renameMyselfInput = z.object({
  displayName: z.string().trim().max(200, 'problems.tooLong'),
});
