/**
 * When a job runs. A *nominal* instant is what the schedule says; the *due* instant adds the schedule's spread offset. An
 * *occurrence* is one nominal instant and the decision about it.
 */
export type Schedule = CronSchedule | IntervalSchedule | OneShotSchedule;

export interface CronSchedule {
  type: 'cron';
  /** Five fields, six with a leading seconds field, or an alias such as `@daily`. */
  expression: string;
  /** IANA name, e.g. `Asia/Tokyo`. */
  timeZone: string;
}

/** Occurs at `anchorAt` and then every `seconds` of elapsed time. */
export interface IntervalSchedule {
  type: 'interval';
  seconds: number;
  anchorAt: Date;
}

export interface OneShotSchedule {
  type: 'one_shot';
  at: Date;
}

export const misfirePolicies = ['skip', 'once', 'all'] as const;
/** What happens to occurrences that were due while no scheduler ran [rule 21: misfire and overlap]. */
export type MisfirePolicy = (typeof misfirePolicies)[number];

export const overlapPolicies = ['allow', 'skip', 'queue', 'cancel_previous'] as const;
/** What happens when an occurrence is due while a run of the same job is not finished. */
export type OverlapPolicy = (typeof overlapPolicies)[number];

/** The same hours every week, on the clock of `timeZone`. */
export interface WeeklyBlackout {
  type: 'weekly';
  /** Days on which the window starts, 0 (Sunday) to 6 (Saturday). */
  days: readonly number[];
  /** `HH:MM`, inclusive. */
  from: string;
  /** `HH:MM`, exclusive; a time not later than `from` means the following day. */
  to: string;
  timeZone: string;
}

export interface OneOffBlackout {
  type: 'one_off';
  startsAt: Date;
  /** Exclusive. */
  endsAt: Date;
}

/** A period in which occurrences are skipped; each skipped occurrence records why. */
export type BlackoutWindow = WeeklyBlackout | OneOffBlackout;

export interface SchedulePolicies {
  misfire: MisfirePolicy;
  /** With misfire `all`: the most missed occurrences that run; older ones are skipped. */
  misfireLimit: number;
  overlap: OverlapPolicy;
  /** The spread in seconds; 0 runs at the nominal instant. */
  spreadSeconds: number;
  blackouts: readonly BlackoutWindow[];
  /** Treat occurrences that were due while the job was disabled as missed instead of skipping them [rule 22: switching off]. */
  catchUpAfterEnable: boolean;
}
