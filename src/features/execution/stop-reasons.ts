/** Why the signal of an attempt was aborted; `signal.reason` is one of these, or an AttemptTimeoutError. */
export class CanceledError extends Error {
  override name = 'CanceledError';

  constructor() {
    super('The run was canceled');
  }
}

/** The worker is stopping: the run returns to the queue, and the attempt does not count. */
export class ReleasedError extends Error {
  override name = 'ReleasedError';

  constructor() {
    super('The worker stops');
  }
}

/** Another worker has the run, or it has already finished: this attempt's result is ignored. */
export class LeaseLostError extends Error {
  override name = 'LeaseLostError';

  constructor() {
    super('The lease was lost');
  }
}
