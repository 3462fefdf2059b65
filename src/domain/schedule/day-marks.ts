import { wallTimeAt } from './time-zone.ts';

const hourMs = 3_600_000;
const minuteMs = 60_000;

/** A full hour on the clock of a zone, within a stretch of time. */
export interface HourMark {
  at: Date;
  /** 0 to 23. */
  hour: number;
}

/** The full hours that a clock in the zone shows from one instant until another; on a day of a clock change as it shows them. */
export function hourMarks(from: Date, until: Date, timeZone: string): HourMark[] {
  const marks: HourMark[] = [];
  // Zones lie at multiples of 15 minutes from UTC.
  const step = 15 * minuteMs;
  for (let atMs = Math.ceil(from.getTime() / step) * step; atMs < until.getTime(); atMs += step) {
    const wallMs = wallTimeAt(timeZone, atMs);
    if (wallMs % hourMs === 0) marks.push({ at: new Date(atMs), hour: new Date(wallMs).getUTCHours() });
  }
  return marks;
}
