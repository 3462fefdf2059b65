/**
 * When a job runs. A *nominal* instant is what the schedule says; the *due* instant adds the stable
 * offset of the spread. An *occurrence* is one nominal instant with what was decided about it.
 */
export type Schedule = CronSchedule | IntervalSchedule | OneShotSchedule;

export interface CronSchedule {
  type: 'cron';
  /** Five fields, six with seconds in front, or an alias such as `@daily`. */
  expression: string;
  /** IANA name, e.g. `Asia/Tokyo`. */
  timeZone: string;
}

/** Occurs at `anchorAt` and every `seconds` of elapsed time after it; never before it. */
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
/** What happens to occurrences that were due while nobody ticked [rule 21: misfire and overlap]. */
export type MisfirePolicy = (typeof misfirePolicies)[number];

export const overlapPolicies = ['allow', 'skip', 'queue', 'cancel_previous'] as const;
/** What happens when an occurrence is due while a run of the same job is not finished. */
export type OverlapPolicy = (typeof overlapPolicies)[number];

/** The same hours every week, on the clock of `timeZone`. */
export interface WeeklyBlackout {
  type: 'weekly';
  /** Days on which the window begins, 0 (Sunday) to 6 (Saturday). */
  days: readonly number[];
  /** `HH:MM`, inclusive. */
  from: string;
  /** `HH:MM`, exclusive; not later than `from` means on the following day. */
  to: string;
  timeZone: string;
}

export interface OneOffBlackout {
  type: 'one_off';
  startsAt: Date;
  /** Exclusive. */
  endsAt: Date;
}

/** A time in which occurrences are skipped, with the reason in the ledger. */
export type BlackoutWindow = WeeklyBlackout | OneOffBlackout;

export interface SchedulePolicies {
  misfire: MisfirePolicy;
  /** With misfire `all`: how many missed occurrences run at most, the newest ones. */
  misfireLimit: number;
  overlap: OverlapPolicy;
  /** Width of the spread in seconds; 0 runs at the nominal instant. */
  spreadSeconds: number;
  blackouts: readonly BlackoutWindow[];
  /** Treat what fell into a disabled time as missed instead of skipping it [rule 22: switching off]. */
  catchUpAfterEnable: boolean;
}
