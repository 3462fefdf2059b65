import { compileCron } from './cron-expression.ts';
import type { Schedule } from './schedule.ts';

/**
 * The stable offset of a schedule within its spread, in whole seconds [rule 23: spread]: the same id always gets the same
 * offset, so load is spread without moving a job about, and the offset stays below the schedule's
 * shortest period, so occurrences keep their order.
 */
export function spreadOffsetSeconds(scheduleId: string, schedule: Schedule, spreadSeconds: number): number {
  const width = Math.min(spreadSeconds, shortestPeriodSeconds(schedule));
  return width >= 2 ? hashOf(scheduleId) % Math.floor(width) : 0;
}

/** When an occurrence with this nominal instant is to start. */
export function dueInstant(nominalAt: Date, offsetSeconds: number): Date {
  return new Date(nominalAt.getTime() + offsetSeconds * 1000);
}

function shortestPeriodSeconds(schedule: Schedule): number {
  switch (schedule.type) {
    case 'cron':
      return compileCron(schedule.expression).shortestPeriodSeconds();
    case 'interval':
      return schedule.seconds;
    case 'one_shot':
      return Infinity;
  }
}

/** FNV-1a, 32 bits, with the mixing of murmur3 at the end: ids that differ in one digit must land far apart. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index += 1) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
