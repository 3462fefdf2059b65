import { ChevronLeft, ClockAlert, Search } from 'lucide-react';
import { expect, it } from 'vitest';
import { markupOf } from './icon.tsx';

it('draws the shapes of an icon as text', () => {
  expect(markupOf(ChevronLeft)).toBe('<path d="m15 18-6-6 6-6"/>');
  expect(markupOf(Search)).toBe('<path d="m21 21-4.34-4.34"/><circle cx="11" cy="11" r="8"/>');
});

it('draws an icon that the library has renamed', () => {
  expect(markupOf(ClockAlert)).toMatch(/^(<path d="[^"]+"\/>){4}$/);
});
