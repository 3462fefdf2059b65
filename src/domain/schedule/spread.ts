import { compileCron } from './cron-expression.ts';
import type { Schedule } from './schedule.ts';

/**
 * Returns the offset of a schedule within its spread, in whole seconds [rule 23: spread]. The same id always gets the same
 * offset, so each job keeps its time. The offset is shorter than the schedule's shortest period, so occurrences stay in
 * order.
 */
export function spreadOffsetSeconds(scheduleId: string, schedule: Schedule, spreadSeconds: number): number {
  const width = Math.min(spreadSeconds, shortestPeriodSeconds(schedule));
  return width >= 2 ? hashOf(scheduleId) % Math.floor(width) : 0;
}

/** Returns when the occurrence with this nominal instant is due. */
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

/** FNV-1a, 32 bits, with the final mixing of murmur3: ids that differ in one digit must get very different values. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index += 1) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
