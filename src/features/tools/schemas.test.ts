import { describe, expect, it } from 'vitest';
import { toolInput } from './schemas.ts';

describe('toolInput', () => {
  it('stores an empty URL as null', () => {
    expect(toolInput.parse({ name: ' 経費精算 ', url: ' ' })).toEqual({
      name: '経費精算',
      description: '',
      url: null,
    });
  });

  it.each(['javascript:alert(1)', 'ftp://files.example.com', 'example.com', 'https://', 'data:text/html,x'])(
    'refuses %s as a URL, because it becomes a link',
    (url) => {
      expect(toolInput.safeParse({ name: 'x', url }).success).toBe(false);
    },
  );
});
