const weekdays = ['日曜日', '月曜日', '火曜日', '水曜日', '木曜日', '金曜日', '土曜日'];
const dayNames = ['SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT'];
const monthNames = ['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC'];
/** With more times of day than this, the fields are described instead of listing the times. */
const listedTimesMax = 6;

/**
 * Describes a cron pattern of five or six fields in Japanese: `30 2,14 * * *` is '毎日 02:30 と 14:30'. The caller resolves
 * aliases and `?` first. Throws for a pattern without five or six fields; unreadable patterns were rejected when they were
 * saved.
 */
export function describeCronInJapanese(pattern: string): string {
  const parts = pattern.trim().toUpperCase().split(/\s+/);
  if (parts.length < 5 || parts.length > 6) throw new RangeError(`Not a cron pattern: ${pattern}`);
  const [second = '', minute = '', hour = '', dayOfMonth = '', month = '', dayOfWeek = ''] =
    parts.length === 5 ? ['0', ...parts] : parts;
  const day = describeDay(dayOfMonth, month, dayOfWeek);
  const time = describeTime(second, minute, hour);
  // 'Every 5 minutes' does not need 'every day' before it.
  if (day === '') return isOpen(hour) ? time : `毎日 ${time}`;
  return `${day}の ${time}`;
}

function isOpen(field: string): boolean {
  return field.startsWith('*');
}

function describeTime(second: string, minute: string, hour: string): string {
  const times = listTimes(second, minute, hour);
  if (times) return times.join(times.length > 2 ? '、' : ' と ');
  const hours = describeHours(hour);
  const pace = describePace(second, minute);
  if (pace) {
    if (hour === '*') return pace;
    return isOpen(hour) ? `${hours}の ${pace}` : `${hours}台の ${pace}`;
  }
  const seconds = /^0+$/.test(second) ? '' : ` ${describeList(second, '秒')}`;
  const minutes = `${describeList(minute, '分')}${seconds}`;
  if (hour === '*') return `毎時 ${minutes}`;
  if (isOpen(hour)) return `${hours}の ${minutes}`;
  return /^\d+$/.test(hour) ? `${hours}台の ${minutes}` : `${hours}の毎時 ${minutes}`;
}

/** Lists every time of day if hours, minutes and seconds are plain numbers and there are few of them. */
function listTimes(second: string, minute: string, hour: string): string[] | null {
  if (![second, minute, hour].every((field) => /^\d+(,\d+)*$/.test(field))) return null;
  const numbers = (field: string) =>
    field
      .split(',')
      .map(Number)
      .sort((a, b) => a - b);
  const times = numbers(hour).flatMap((h) =>
    numbers(minute).flatMap((m) => numbers(second).map((s) => clockTime(h, m, s))),
  );
  return times.length <= listedTimesMax ? times : null;
}

function clockTime(hour: number, minute: number, second: number): string {
  const shown = second === 0 ? [hour, minute] : [hour, minute, second];
  return shown.map((number) => String(number).padStart(2, '0')).join(':');
}

/** Describes open seconds or minutes as a frequency; null if both are fixed. */
function describePace(second: string, minute: string): string | null {
  if (isOpen(second)) {
    const pace = second === '*' ? '毎秒' : `${stepOf(second)} 秒ごと`;
    return isOpen(minute) && minute === '*' ? pace : `${describeList(minute, '分')}の間 ${pace}`;
  }
  const seconds = /^0+$/.test(second) ? '' : `（${describeList(second, '秒')}）`;
  if (minute === '*') return `毎分${seconds}`;
  if (isOpen(minute)) return `${stepOf(minute)} 分ごと${seconds}`;
  return null;
}

function describeHours(hour: string): string {
  if (hour === '*') return '毎時';
  return isOpen(hour) && hour.includes('/') ? `${stepOf(hour)} 時間ごと` : describeList(hour, '時');
}

function describeDay(dayOfMonth: string, month: string, dayOfWeek: string): string {
  const isBoth = dayOfWeek.startsWith('+');
  const months = month === '*' ? '' : describeMonths(month);
  const inMonth = months ? `${months}の` : '毎月';
  const days = dayOfMonth === '*' ? '' : `${inMonth} ${describeDaysOfMonth(dayOfMonth)}`;
  const week = dayOfWeek.replace('+', '');
  const weekdaysText = week === '*' ? '' : describeWeekdays(week);
  if (days && weekdaysText) return `${days}${isBoth ? 'かつ' : '、または'}${weekdaysText}`;
  if (days) return days;
  if (weekdaysText) return months ? `${months}の${weekdaysText}` : weekdaysText;
  return months ? `${months}の毎日` : '';
}

function describeMonths(month: string): string {
  if (isOpen(month)) return `${stepOf(month)} か月ごと`;
  return describeList(replaceNames(month, monthNames, 1), '月');
}

function describeDaysOfMonth(dayOfMonth: string): string {
  return dayOfMonth
    .split(',')
    .map((part) => {
      if (part === 'L') return '末日';
      if (part === 'LW') return '最後の平日';
      if (part.endsWith('W')) return `${part.slice(0, -1)} 日に最も近い平日`;
      if (isOpen(part)) return part === '*' ? '毎日' : `1 日から ${stepOf(part)} 日ごと`;
      return describeList(part, '日');
    })
    .join('と ');
}

function describeWeekdays(dayOfWeek: string): string {
  const numbered = replaceNames(dayOfWeek, dayNames, 0);
  if (numbered === '1-5' || numbered === '1,2,3,4,5') return '平日（月〜金）';
  if (/^[0-7]$/.test(numbered)) return `毎週${weekdayOf(numbered)}`;
  return numbered
    .split(',')
    .map((part) => {
      const [days = '', nth] = part.split('#');
      if (nth === 'L') return `最終${describeWeekdayRange(days)}`;
      if (nth) return `第 ${nth} ${describeWeekdayRange(days)}`;
      if (part.endsWith('L')) return `最終${describeWeekdayRange(part.slice(0, -1))}`;
      return describeWeekdayRange(part);
    })
    .join('と');
}

function describeWeekdayRange(part: string): string {
  const [range = '', step] = part.split('/');
  const [from = '', to] = range.split('-');
  const words =
    range === '*' ? '日曜日から' : to ? `${weekdayOf(from)}から${weekdayOf(to)}` : weekdayOf(from);
  return step ? `${words}${to ? 'まで' : ''} ${step} 日ごと` : words;
}

function weekdayOf(number: string): string {
  return weekdays[Number(number) % 7] ?? number;
}

function stepOf(field: string): string {
  return field.split('/')[1] ?? '1';
}

/** Describes '9-17' as '9 時〜17 時', '0-30/10' as '0〜30 分の 10 分ごと', '1,15' as '1 日と 15 日'. */
function describeList(field: string, unit: string): string {
  return field
    .split(',')
    .map((part) => {
      const [range = '', step] = part.split('/');
      const [from = '', to] = range.split('-').map((text) => text.replace(/^0+(?=\d)/, ''));
      const stepWords = step
        ? `の ${step} ${unit === '月' ? 'か月' : unit === '時' ? '時間' : unit}ごと`
        : '';
      if (range === '*') return `${step ?? '1'} ${unit}ごと`;
      return to === undefined ? `${from} ${unit}` : `${from} ${unit}〜${to} ${unit}${stepWords}`;
    })
    .join('と ');
}

function replaceNames(field: string, names: readonly string[], first: number): string {
  return names.reduce((text, name, index) => text.replaceAll(name, String(index + first)), field);
}
