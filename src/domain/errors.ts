/** What can go wrong in a verb. Entry points turn each kind into their own answer, in one place. */
export class PortalError extends Error {
  override name = 'PortalError';
}

/** Nobody is signed in, or the session is over. */
export class UnauthenticatedError extends PortalError {
  override name = 'UnauthenticatedError';
}

/** Somebody is signed in but may not do this. */
export class ForbiddenError extends PortalError {
  override name = 'ForbiddenError';
}

/** There is no such thing, or it belongs to another tenant, which must look the same. */
export class NotFoundError extends PortalError {
  override name = 'NotFoundError';
}

/** The thing has changed meanwhile, or a rule of the data forbids the change. */
export class ConflictError extends PortalError {
  override name = 'ConflictError';
  readonly rule: string | undefined;

  /** @param rule name of the database constraint that refused, if one did */
  constructor(message: string, rule?: string) {
    super(message);
    this.rule = rule;
  }
}

export interface FieldProblem {
  field: string;
  problem: string;
  /** What a translated problem speaks of. */
  values?: Record<string, string | number>;
}

/** The input is wrong; each detail names a field and its problem. */
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

/** The database or the Data API is away. Nothing was changed as far as we know; trying again is right. */
export class UnavailableError extends PortalError {
  override name = 'UnavailableError';
}

/** A setting that the portal cannot work without is missing or wrong. */
export class ConfigurationError extends PortalError {
  override name = 'ConfigurationError';
}
