import {
  ConfigurationError,
  ConflictError,
  ForbiddenError,
  InvalidInputError,
  LimitExceededError,
  NotFoundError,
  UnauthenticatedError,
  UnavailableError,
} from '#domain/errors.ts';
import { BodyTooLargeError, UnsupportedEncodingError } from './request-body.ts';

/** The response of a machine route, independent of the server that sends it. */
export interface HttpAnswer<Status extends number = number, Body = object | string | null> {
  status: Status;
  headers: Record<string, string>;
  /** Text is sent unchanged, anything else as JSON; null means no body. */
  body: Body;
}

/** When a sender should try again after a 503. */
const retryAfterSeconds = 5;

/** Creates a JSON response that no cache may store. */
export function jsonAnswer<Status extends number, Body extends object | null>(
  status: Status,
  body: Body,
  headers: Record<string, string> = {},
): HttpAnswer<Status, Body> {
  return { status, headers: { 'Cache-Control': 'no-store', ...headers }, body };
}

const withDetails = ({ message, details }: InvalidInputError | ConflictError) =>
  details.length > 0 ? { error: message, details } : { error: message };

/**
 * Returns the response for an error. Each typed error has its own status and sentence; for any other error, the sender learns
 * nothing [contract: every answer].
 */
export function errorAnswer(error: unknown): HttpAnswer {
  if (error instanceof InvalidInputError) return jsonAnswer(400, withDetails(error));
  if (error instanceof UnauthenticatedError) return jsonAnswer(401, { error: error.message });
  if (error instanceof ForbiddenError) return jsonAnswer(403, { error: error.message });
  if (error instanceof NotFoundError) return jsonAnswer(404, { error: error.message });
  if (error instanceof ConflictError) return jsonAnswer(409, withDetails(error));
  if (error instanceof BodyTooLargeError) return jsonAnswer(413, { error: error.message });
  if (error instanceof UnsupportedEncodingError) {
    return jsonAnswer(415, { error: error.message }, { 'Accept-Encoding': 'gzip, deflate' });
  }
  if (error instanceof LimitExceededError) {
    return jsonAnswer(429, { error: error.message }, { 'Retry-After': String(error.retryAfterSeconds) });
  }
  if (error instanceof UnavailableError) {
    return jsonAnswer(503, { error: error.message }, { 'Retry-After': String(retryAfterSeconds) });
  }
  if (error instanceof ConfigurationError) return jsonAnswer(500, { error: 'Server configuration error' });
  return jsonAnswer(500, { error: 'Internal server error' });
}
