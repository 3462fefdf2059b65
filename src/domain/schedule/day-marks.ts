import { wallTimeAt } from './time-zone.ts';

const hourMs = 3_600_000;
const minuteMs = 60_000;

/** A full hour on the clock of a zone, within a period. */
export interface HourMark {
  at: Date;
  /** 0 to 23. */
  hour: number;
}

/** Returns the full hours that a clock in the zone shows in a period, including the effect of clock changes. */
export function hourMarks(from: Date, until: Date, timeZone: string): HourMark[] {
  const marks: HourMark[] = [];
  // Offsets from UTC are multiples of 15 minutes.
  const step = 15 * minuteMs;
  for (let atMs = Math.ceil(from.getTime() / step) * step; atMs < until.getTime(); atMs += step) {
    const wallMs = wallTimeAt(timeZone, atMs);
    if (wallMs % hourMs === 0) marks.push({ at: new Date(atMs), hour: new Date(wallMs).getUTCHours() });
  }
  return marks;
}
