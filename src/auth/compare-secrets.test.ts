import { expect, it } from 'vitest';
import { isKnownSecret, whyUnknown } from './compare-secrets.ts';

it('a secret is known when it is one of the secrets, whole', () => {
  expect(isKnownSecret('one', ['one', 'two'])).toBe(true);
  expect(isKnownSecret('two', ['one', 'two'])).toBe(true);
  expect(isKnownSecret('on', ['one', 'two'])).toBe(false);
  expect(isKnownSecret('', ['one', 'two'])).toBe(false);
  expect(isKnownSecret('one', [])).toBe(false);
});

it.each([
  [null, 'no secret was sent'],
  ['', 'the sent secret is empty'],
  ['$SECRET', 'the name of the secret was sent instead of its value'],
  ['${TC_PORTAL_WEBHOOK_SECRET}', 'the name of the secret was sent instead of its value'],
  ['%SECRET%', 'the name of the secret was sent instead of its value'],
  ['$env:SECRET', 'the name of the secret was sent instead of its value'],
  ['<SECRET>', 'the name of the secret was sent instead of its value'],
  ['"The-Secret"', 'the sent secret has a quotation mark at its start or end'],
  ["The-Secret'", 'the sent secret has a quotation mark at its start or end'],
  ['The-Secret\u00a0', 'the sent secret has a blank or a byte order mark at its start or end'],
  // As Node reads the bytes of a mark.
  [
    Buffer.from('\ufeffThe-Secret').toString('latin1'),
    'the sent secret has a blank or a byte order mark at its start or end',
  ],
  ['Bearer The-Secret', 'the sent secret starts with the name of a scheme'],
  [Buffer.from('秘密').toString('latin1'), 'the sent secret contains a character that is not plain ASCII'],
  ['the-secret', 'the sent secret differs only in upper and lower case'],
  ['PREVIOUS', 'the sent secret differs only in upper and lower case'],
  ['other', 'the sent secret is another one'],
])('says why %j is not known, without quoting it', (given, why) => {
  expect(whyUnknown(given, ['The-Secret', 'previous'])).toBe(why);
});
