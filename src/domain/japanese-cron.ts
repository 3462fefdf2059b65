const weekdays = ['日', '月', '火', '水', '木', '金', '土'];
const weekdayNames = ['SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT'];

const isNumber = (field: string) => /^\d+$/.test(field);
const pad = (field: string) => field.padStart(2, '0');

function weekdayNumber(text: string): number | null {
  const named = weekdayNames.indexOf(text.toUpperCase());
  if (named >= 0) return named;
  return /^[0-7]$/.test(text) ? Number(text) % 7 : null;
}

function describeWeekdays(field: string): string | null {
  const parts = field.split(',').map((part) => {
    const ends = part.split('-').map(weekdayNumber);
    if (ends.length > 2 || ends.includes(null)) return null;
    return ends.map((end) => weekdays[end ?? 0]).join('〜');
  });
  return parts.includes(null) ? null : `毎週${parts.join('・')}曜日`;
}

function describeDays(field: string): string | null {
  if (field.toUpperCase() === 'L') return '毎月末日';
  return /^\d+(,\d+)*$/.test(field) ? `毎月${field.split(',').join('・')}日` : null;
}

function describeTimes(minute: string, hour: string): string | null {
  if (minute === '*' && hour === '*') return '毎分';
  const everyMinutes = /^(?:\*|0)\/(\d+)$/.exec(minute)?.[1];
  if (everyMinutes !== undefined) {
    if (hour === '*') return `${everyMinutes}分ごと`;
    const hours = /^(\d+)-(\d+)$/.exec(hour);
    return hours ? `${hours[1]}時台から${hours[2]}時台まで${everyMinutes}分ごと` : null;
  }
  if (!isNumber(minute)) return null;
  if (hour === '*') return `毎時${Number(minute)}分`;
  const everyHours = /^(?:\*|0)\/(\d+)$/.exec(hour)?.[1];
  if (everyHours !== undefined) return `${everyHours}時間ごと (${Number(minute)}分)`;
  if (/^\d+(,\d+)*$/.test(hour)) {
    return hour
      .split(',')
      .map((one) => `${pad(one)}:${pad(minute)}`)
      .join('、');
  }
  const hours = /^(\d+)-(\d+)$/.exec(hour);
  return hours ? `${hours[1]}時から${hours[2]}時まで毎時${Number(minute)}分` : null;
}

/**
 * A cron expression as Japanese offices say it: `毎週月〜金曜日 06:00`. Null for what is rarely written; a library
 * describes that, less well.
 */
export function describeCronInJapanese(expression: string): string | null {
  const [minute, hour, day, month, weekday, ...rest] = expression.trim().split(/\s+/);
  if (
    minute === undefined ||
    hour === undefined ||
    day === undefined ||
    weekday === undefined ||
    rest.length > 0
  ) {
    return null;
  }
  const times = describeTimes(minute, hour);
  if (times === null || month !== '*') return null;
  const isAt = times.includes(':');
  if (day === '*' && weekday === '*') return isAt ? `毎日 ${times}` : times;
  if (day !== '*' && weekday !== '*') return null;
  const when = day === '*' ? describeWeekdays(weekday) : describeDays(day);
  return when === null ? null : `${when} ${times}`;
}
