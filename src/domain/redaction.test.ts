import { describe, expect, it } from 'vitest';
import { redactSecrets } from '#domain/redaction.ts';

const webhookSecret = 'n0t-A-real+secret/for=tests';
// Built at run time, so that secret scanners do not report them.
const githubToken = `ghp_${'a1B2'.repeat(9)}`;
const awsKey = `AKIA${'IOSFODNN7EXAMPLE'}`;

describe('secrets are redacted before storing [rule 6: log and redaction]', () => {
  it.each([
    ['the webhook secret in use', `curl -H "X: ${webhookSecret}"`, 'curl -H "X: [redacted]"'],
    ['the webhook secret in a query', `?s=${encodeURIComponent(webhookSecret)}&b=1`, '?s=[redacted]&b=1'],
    ['an API key', `key tcp_${'x'.repeat(43)}.`, 'key tcp_[redacted].'],
    ['a Supabase key', `sb_secret_${'x'.repeat(30)} failed`, 'sb_secret_[redacted] failed'],
    ['a bearer token', 'sent Bearer abcdef0123456789abcdef to', 'sent Bearer [redacted] to'],
    [
      'an authorization header',
      'Authorization: Basic dXNlcjpwYXNz\nnext',
      'Authorization: Basic [redacted]\nnext',
    ],
    [
      'an authorization header in JSON',
      '{"authorization":"Token abc123"}',
      '{"authorization":"Token [redacted]"}',
    ],
    ['a cookie', 'Set-Cookie: sid=abc; Path=/\nnext', 'Set-Cookie: [redacted]\nnext'],
    [
      'a JSON web token',
      `got eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.${'s'.repeat(43)} back`,
      'got [redacted] back',
    ],
    ['a password in a URL', 'postgres://admin:hunter2@db:5432/x', 'postgres://admin:[redacted]@db:5432/x'],
    ['a password with an @ in a URL', 'ftp://u:p@ss@host/x', 'ftp://u:[redacted]@host/x'],
    ['a password without a name in a URL', 'redis://:hunter2@cache', 'redis://:[redacted]@cache'],
    ['an AWS access key', `id ${awsKey} used`, 'id AKIA[redacted] used'],
    ['an AWS secret', 'aws_secret_access_key = wJalrXUtnFEMI/K7MDENG', 'aws_secret_access_key = [redacted]'],
    [
      'an AWS secret in the environment',
      'AWS_SECRET_ACCESS_KEY=wJalr/x+y',
      'AWS_SECRET_ACCESS_KEY=[redacted]',
    ],
    ['a GitHub token', `cloning with ${githubToken}`, 'cloning with ghp_[redacted]'],
    ['a pair', 'login password=hunter2 ok', 'login password=[redacted] ok'],
    ['a quoted pair', 'password="two words" ok', 'password=[redacted] ok'],
    ['a pair whose quote never ends', 'password="hunter2', 'password=[redacted]'],
    ['a pair in JSON', '{"db_password": "hunter2", "a": 1}', '{"db_password": [redacted], "a": 1}'],
    ['a pair in JSON in a string', '{\\"api_key\\":\\"hunter2\\"}', '{\\"api_key\\":[redacted]}'],
    ['a pair in Python', "{'token': 'hunter2'}", "{'token': [redacted]}"],
    ['a pair in a query', '/cb?access_token=abc&x=1', '/cb?access_token=[redacted]&x=1'],
    ['a connection string', 'Server=x;Uid=sa;Pwd=hunter2;Db=y', 'Server=x;Uid=sa;Pwd=[redacted];Db=y'],
    [
      'an environment variable',
      'PGPASSWORD=hunter2 DB_PASS=hunter2',
      'PGPASSWORD=[redacted] DB_PASS=[redacted]',
    ],
    ['a pair in Japanese', 'パスワード：hunter2、次', 'パスワード：[redacted]、次'],
    ['an option', 'mysql --password hunter2 -h x', 'mysql --password [redacted] -h x'],
    [
      'a private key',
      '-----BEGIN RSA PRIVATE KEY-----\nDEK-Info: AES-128\nMIIE\n-----END RSA PRIVATE KEY-----',
      '-----BEGIN RSA PRIVATE KEY-----[redacted]-----END RSA PRIVATE KEY-----',
    ],
  ])('%s', (_what, text, redacted) => {
    expect(redactSecrets(text, [webhookSecret])).toBe(redacted);
    expect(redactSecrets(redacted, [webhookSecret])).toBe(redacted);
  });

  it.each([
    '処理が完了しました (3 件)',
    'File "a.py", line 3, in main: KeyError',
    'https://example.com:8080/path?user=a@b.c',
    'Bearer authentication failed',
    'bypass=1, compass: north, 12:30:45',
    'The password is wrong',
    'retrying (--token-file x)',
    'short secret "test" stays because it is a word',
  ])('does not change %j', (text) => {
    expect(redactSecrets(text, ['test'])).toBe(text);
  });

  it.each([
    ['spaces around it', 'x secret-value y', ['secret-value\n']],
    ['other line ends', 'x one\ntwo y', ['one\r\ntwo\r\n']],
    ['JSON', 'x say \\"hi\\" twice y', ['say "hi" twice']],
    ['an address', 'x caf%C3%A9%2Fbar y', ['café/bar']],
    ['a longer secret', 'x secret-value-two y', ['secret-value', 'secret-value-two']],
    ['six characters', 'x s3cr3t y', ['s3cr3t']],
  ])('redacts a secret in use with %s', (_how, text, secrets) => {
    expect(redactSecrets(text, secrets)).toBe('x [redacted] y');
  });

  it.each([
    'a',
    '-',
    '://',
    'eyJ-',
    'eyJa.',
    'token=',
    'token="',
    "password='x",
    'Bearer ',
    '-----BEGIN PRIVATE KEY-----',
    '-----BEGIN ',
    '://a:',
    '://a:b@',
    'Authorization: ',
    '--password ',
    'tcp_',
    'a@',
    'a-a',
    'pw=\\"',
    'cookie: ',
  ])('redacts a hostile megabyte of %j quickly', (part) => {
    const text = part.repeat(Math.ceil(1_000_000 / part.length));
    const startedAt = performance.now();
    redactSecrets(text, [webhookSecret]);
    // A pattern that backtracks would need hours.
    expect(performance.now() - startedAt).toBeLessThan(20_000);
  });
});
