import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import {
  ConflictError,
  ForbiddenError,
  InvalidInputError,
  LimitExceededError,
  NotFoundError,
  UnauthenticatedError,
} from '#domain/errors.ts';
import { anybody, machineRoute, serve } from './machine-route.ts';
import { answer, operation } from './operation.ts';
import { BodyTooLargeError } from './request-body.ts';
import { z } from 'zod';

const refused = operation({
  id: 'refused',
  method: 'GET',
  path: '/api/refused',
  tag: 'Screens',
  summary: 'Refuse',
  description: '',
  access: 'session',
  isQuiet: false,
  answers: { 200: answer(z.object({}), 'Never.', {}) },
});

describe('a refused request in the log [rule 39: the outcome goes through]', () => {
  const lines: string[] = [];

  beforeEach(() => {
    lines.length = 0;
    vi.spyOn(process.stdout, 'write').mockImplementation((line) => lines.push(String(line)) > 0);
  });
  afterEach(() => vi.restoreAllMocks());

  const lineOf = async (error: Error, method = 'GET') => {
    const route = machineRoute(serve(refused, anybody, () => Promise.reject(error)));
    await route[method as 'GET'](new Request('http://portal.test/api/refused', { method }));
    expect(lines).toHaveLength(1);
    return JSON.parse(lines[0]!) as Record<string, unknown>;
  };

  it.each([
    [400, new InvalidInputError('No')],
    [401, new UnauthenticatedError('No')],
    [403, new ForbiddenError('No')],
    [404, new NotFoundError('No')],
    [409, new ConflictError('No')],
    [413, new BodyTooLargeError(1)],
    [429, new LimitExceededError('No', 1)],
  ])('has the sentence of a %i', async (status, error) => {
    expect(await lineOf(error)).toMatchObject({ status, refusal: error.message });
  });

  it('has the sentence of a wrong method', async () => {
    expect(await lineOf(new Error(), 'PUT')).toMatchObject({ status: 405, refusal: 'Method not allowed' });
  });

  it('names the wrong fields, and where a body is not JSON', async () => {
    const details = [
      { field: 'title', problem: 'is not text' },
      { field: 'body', problem: 'line 3: ends' },
    ];
    expect((await lineOf(new InvalidInputError('No', details))).fields).toEqual([
      'title',
      'body line 3: ends',
    ]);
  });

  it('says nothing about a defect', async () => {
    vi.spyOn(process.stderr, 'write').mockImplementation((line) => lines.push(String(line)) > 0);
    expect(await lineOf(new Error('private words'))).not.toHaveProperty('refusal');
    expect(lines[0]).not.toContain('private words');
  });
});
