import { describe, expect, it, vi } from 'vitest';
import { z } from 'zod';
import {
  ConfigurationError,
  ConflictError,
  ForbiddenError,
  InvalidInputError,
  LimitExceededError,
  NotFoundError,
  PortalError,
  UnauthenticatedError,
  UnavailableError,
} from '#domain/errors.ts';
import { errorAnswer, jsonAnswer } from './http-answer.ts';
import { anybody, machineRoute, serve } from './machine-route.ts';
import { answer, operation } from './operation.ts';
import { BodyTooLargeError, UnsupportedEncodingError } from './request-body.ts';

const details = [{ field: 'a', problem: 'is wrong' }];

describe('the response for an error', () => {
  it.each([
    [new InvalidInputError('a is wrong', details), 400, { error: 'a is wrong', details }],
    [new InvalidInputError('a is required'), 400, { error: 'a is required' }],
    [new UnauthenticatedError('Who?'), 401, { error: 'Who?' }],
    [new ForbiddenError('Not allowed'), 403, { error: 'Not allowed' }],
    [new NotFoundError('Not found'), 404, { error: 'Not found' }],
    [new ConflictError('Changed meanwhile'), 409, { error: 'Changed meanwhile' }],
    [new BodyTooLargeError(5), 413, { error: 'Body must be at most 5 bytes' }],
    [new UnsupportedEncodingError(), 415, { error: 'Content-Encoding must be gzip, deflate or identity' }],
    [new LimitExceededError('Too many', 7), 429, { error: 'Too many' }],
    [new UnavailableError('Away'), 503, { error: 'Away' }],
    [new ConfigurationError('SECRET_NAME is not set'), 500, { error: 'Server configuration error' }],
    [new PortalError('of no kind'), 500, { error: 'Internal server error' }],
    [new TypeError('row (42, hunter2) is wrong'), 500, { error: 'Internal server error' }],
    ['thrown text', 500, { error: 'Internal server error' }],
  ])('%s', (error, status, body) => {
    const answer = errorAnswer(error);
    expect(answer).toMatchObject({ status, body });
    expect(answer.body).toEqual(body);
    expect(answer.headers['Cache-Control']).toBe('no-store');
  });

  it('says when to try again', () => {
    expect(errorAnswer(new LimitExceededError('Too many', 7)).headers['Retry-After']).toBe('7');
    expect(errorAnswer(new UnavailableError('Away')).headers['Retry-After']).toBe('5');
  });

  it('says which compression works', () => {
    expect(errorAnswer(new UnsupportedEncodingError()).headers['Accept-Encoding']).toBe('gzip, deflate');
  });
});

const getX = operation({
  id: 'getX',
  method: 'GET',
  path: '/api/x',
  tag: 'X',
  summary: 'Get X',
  access: 'anybody',
  answers: { 200: answer(z.object({ a: z.int() }), 'X.', { One: { a: 1 } }) },
});

describe('a machine route', () => {
  const request = (method: string): Request => new Request('http://portal.test/api/x', { method });

  it('answers HEAD like GET without a body, and other methods with 405 and Allow', async () => {
    vi.spyOn(process.stdout, 'write').mockReturnValue(true);
    const route = machineRoute(serve(getX, anybody, async () => jsonAnswer(200, { a: 1 })));
    expect(await (await route.GET(request('GET'))).json()).toEqual({ a: 1 });
    const head = await route.HEAD(request('HEAD'));
    expect([head.status, await head.text()]).toEqual([200, '']);
    // @ts-expect-error -- a response that the operation does not declare does not compile
    serve(getX, anybody, async () => jsonAnswer(200, { b: 1 }));
    const refused = await route.POST(request('POST'));
    expect([refused.status, refused.headers.get('allow')]).toEqual([405, 'GET, HEAD']);
    vi.restoreAllMocks();
  });

  it('logs where an unexpected error occurred, but not its message, which could quote anything', async () => {
    const write = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
    const route = machineRoute(
      serve(getX, anybody, async () => {
        throw new TypeError('row (42, hunter2) is wrong');
      }),
    );
    const response = await route.GET(request('GET'));
    expect([response.status, await response.json()]).toEqual([500, { error: 'Internal server error' }]);
    const line = String(write.mock.calls[0]?.[0]);
    expect(JSON.parse(line)).toMatchObject({
      level: 'error',
      error: 'TypeError',
      status: 500,
      path: '/api/x',
    });
    expect(line).toContain('http-answer.test.ts');
    expect(line).not.toContain('hunter2');
    vi.restoreAllMocks();
  });
});
