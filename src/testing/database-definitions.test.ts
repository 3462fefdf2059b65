import { expect, test } from 'vitest';
import { listChangedDefinitions } from '#testing/database-definitions.ts';

test('every definition is in the migrations as it is now (npm run migration:new)', () => {
  expect(listChangedDefinitions()).toEqual([]);
});
