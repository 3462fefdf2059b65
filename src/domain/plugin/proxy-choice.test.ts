import { describe, expect, it } from 'vitest';
import { chooseProxy } from './proxy-choice.ts';

const both = { http: 'http://plain:3128', https: 'http://tls:3128' };
const choose = (url: string, except: string[] = []) => chooseProxy(new URL(url), { ...both, except });

describe('the proxy of an outgoing call', () => {
  it('depends on the scheme', () => {
    expect(choose('http://example.com/')).toBe('http://plain:3128');
    expect(choose('https://example.com/')).toBe('http://tls:3128');
    expect(chooseProxy(new URL('https://example.com/'), { ...both, https: null, except: [] })).toBeNull();
  });

  it.each([
    ['https://intra.example.com/', 'example.com'],
    ['https://example.com/', 'example.com'],
    ['https://intra.example.com/', '.example.com'],
    ['https://intra.example.com/', '*.example.com'],
    ['https://INTRA.example.com/', 'intra.EXAMPLE.com'],
    ['https://example.com:8443/', 'example.com:8443'],
    ['https://example.com/', 'example.com:443'],
    ['http://example.com/', 'example.com:80'],
    ['http://10.1.2.3/', '10.1.2.3'],
    ['http://[fd00::1]/', '[fd00::1]'],
    ['http://[fd00::1]:81/', '[fd00::1]:81'],
    ['http://[fd00::1]/', 'fd00::1'],
    ['https://anything.example/', '*'],
  ])('is not used for %s with NO_PROXY=%s', (url, entry) => {
    expect(choose(url, ['other.example', entry])).toBeNull();
  });

  it.each([
    ['https://notexample.com/', 'example.com'],
    ['https://example.com.evil.example/', 'example.com'],
    ['https://example.com/', 'example.com:8443'],
    ['https://example.com/', '.'],
    ['http://110.1.2.3/', '10.1.2.3'],
  ])('is used for %s despite NO_PROXY=%s', (url, entry) => {
    expect(choose(url, [entry])).not.toBeNull();
  });

  it.each(['http://localhost:3000/', 'http://app.localhost/', 'http://127.0.0.1/', 'http://[::1]/'])(
    'is not used for this machine: %s',
    (url) => {
      expect(choose(url)).toBeNull();
    },
  );
});
