import type { BlackoutWindow, WeeklyBlackout } from './schedule.ts';
import { wallTimeAt } from './time-zone.ts';

const dayMs = 86_400_000;

/**
 * Returns the first window that contains the instant, or null. A weekly window follows the clock of its zone: one that passes
 * midnight belongs to the day on which it starts, and a clock change makes it longer or shorter.
 */
export function findBlackout(windows: readonly BlackoutWindow[], at: Date): BlackoutWindow | null {
  return windows.find((window) => contains(window, at)) ?? null;
}

function contains(window: BlackoutWindow, at: Date): boolean {
  return window.type === 'one_off' ? window.startsAt <= at && at < window.endsAt : containsWeekly(window, at);
}

function containsWeekly({ days, from, to, timeZone }: WeeklyBlackout, at: Date): boolean {
  const wallMs = wallTimeAt(timeZone, at.getTime());
  const today = new Date(wallMs).getUTCDay();
  const timeMs = wallMs - Math.floor(wallMs / dayMs) * dayMs;
  const fromMs = timeOfDayMs(from);
  const toMs = timeOfDayMs(to);
  if (fromMs < toMs) return days.includes(today) && fromMs <= timeMs && timeMs < toMs;
  const yesterday = (today + 6) % 7;
  return (days.includes(today) && timeMs >= fromMs) || (days.includes(yesterday) && timeMs < toMs);
}

function timeOfDayMs(text: string): number {
  const [hours = 0, minutes = 0] = text.split(':').map(Number);
  return (hours * 60 + minutes) * 60_000;
}
