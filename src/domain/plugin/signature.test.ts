import { describe, expect, it } from 'vitest';
import { messageIdOf, signatureHeaderOf, signedContent } from './signature.ts';

describe('signed requests to remote plugins', () => {
  it('can be verified by any Standard Webhooks library (with the vector of its own tests)', async () => {
    const secret = Uint8Array.from(atob('MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'), (char) => char.charCodeAt(0));
    const content = signedContent('msg_p5jXN8AQM9LWM0D4loKWxJek', 1_614_265_330, '{"test": 2432232314}');
    const algorithm = { name: 'HMAC', hash: 'SHA-256' };
    const key = await crypto.subtle.importKey('raw', secret, algorithm, false, ['sign']);
    const signature = await crypto.subtle.sign('HMAC', key, new TextEncoder().encode(content));
    expect(btoa(String.fromCharCode(...new Uint8Array(signature)))).toBe(
      'g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
    );
  });

  it('a message id contains the run and the attempt, and no dot', () => {
    expect(messageIdOf('0193-ab', 2)).toBe('run_0193-ab_2');
    expect(() => signedContent('a.b', 1, '')).toThrow(RangeError);
  });

  it('have several signatures during a secret rotation', () => {
    expect(signatureHeaderOf(['aaa=', 'bbb='])).toBe('v1,aaa= v1,bbb=');
  });
});
