import { Cron } from 'croner';

const tenYearsMs = 3653 * 86_400_000;

/** Whether a name is an IANA time zone; offsets such as `+09:00` are not, because they know no daylight saving. */
export function isTimeZone(name: string): boolean {
  if (!/^[A-Za-z][\w+/-]{0,63}$/.test(name)) return false;
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    return false;
  }
}

/**
 * Why a cron expression cannot be used, or null when it can (semantics 17): five fields, or six with seconds, and an
 * instant within ten years.
 */
export function findCronProblem(expression: string, timeZone: string, now: Date): string | null {
  const fields = expression.trim().split(/\s+/).length;
  if (fields !== 5 && fields !== 6) return 'must have five fields, or six with seconds';
  try {
    const next = new Cron(expression.trim(), { timezone: timeZone, paused: true }).nextRun(now);
    if (next === null || next.getTime() - now.getTime() > tenYearsMs) return 'has no instant within 10 years';
    return null;
  } catch (error) {
    // croner's reason names the field and the part that is wrong, and nothing but the expression itself.
    const reason = error instanceof Error ? error.message.replace(/^CronPattern: /, '').slice(0, 200) : '';
    return reason === '' ? 'is not a cron expression' : `is not a cron expression: ${reason}`;
  }
}
