/** The expected errors of a verb. Entry points turn each kind into a response, in one place. */
export class PortalError extends Error {
  override name = 'PortalError';
}

/** Not signed in, or the session has ended. */
export class UnauthenticatedError extends PortalError {
  override name = 'UnauthenticatedError';
}

/** Signed in, but without the right to do this. */
export class ForbiddenError extends PortalError {
  override name = 'ForbiddenError';

  constructor(message = 'Only admins can do this') {
    super(message);
  }
}

/** The thing does not exist or belongs to another tenant; callers must not see the difference. */
export class NotFoundError extends PortalError {
  override name = 'NotFoundError';
}

/** The thing has changed in the meantime, or a rule of the data forbids the change. */
export class ConflictError extends PortalError {
  override name = 'ConflictError';
  readonly rule: string | undefined;
  readonly details: FieldProblem[];

  /** @param rule name of the database constraint that was violated, if any */
  constructor(message: string, rule?: string, details: FieldProblem[] = []) {
    super(message);
    this.rule = rule;
    this.details = details;
  }
}

export interface FieldProblem {
  field: string;
  problem: string;
  /** What a translated problem is about. */
  values?: Record<string, string | number>;
}

/** The input is invalid; each detail names a field and its problem. */
export class InvalidInputError extends PortalError {
  override name = 'InvalidInputError';
  readonly details: FieldProblem[];

  constructor(message: string, details: FieldProblem[] = []) {
    super(message);
    this.details = details;
  }
}

/** Too many attempts; try again after the given time. */
export class LimitExceededError extends PortalError {
  override name = 'LimitExceededError';
  readonly retryAfterSeconds: number;

  constructor(message: string, retryAfterSeconds: number) {
    super(message);
    this.retryAfterSeconds = retryAfterSeconds;
  }
}

/** The database or the Data API is unavailable. As far as we know nothing was changed; the caller should try again. */
export class UnavailableError extends PortalError {
  override name = 'UnavailableError';
}

/** A required setting of the portal is missing or invalid. */
export class ConfigurationError extends PortalError {
  override name = 'ConfigurationError';
}
