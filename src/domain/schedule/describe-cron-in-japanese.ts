import type { CronMeaning, MonthDays, WeekDay } from './cron-expression.ts';
import { listTimesOfDay, type NumberPiece, paceOf, piecesOf } from './number-pieces.ts';

const weekdays = ['日曜日', '月曜日', '火曜日', '水曜日', '木曜日', '金曜日', '土曜日'];

/**
 * Describes in Japanese what a cron pattern means: `30 2,14 * * *` is '毎日 02:30 と 14:30'. Two patterns with different
 * instants have different sentences.
 */
export function describeCronInJapanese(meaning: CronMeaning): string {
  const { hours } = meaning;
  const day = dayWords(meaning);
  const times = listTimesOfDay(meaning);
  const time = times ? times.join(times.length > 2 ? '、' : ' と ') : timeWords(meaning);
  if (day !== '') return `${day}の ${time}`;
  // 'Every 5 minutes' does not need 'every day' before it.
  return times || paceOf(hours, 24) === null ? `毎日 ${time}` : time;
}

interface Unit {
  /** After a number: '15 分'. */
  name: string;
  /** After a count: '2 時間ごと'. */
  every: string;
}
const second: Unit = { name: '秒', every: '秒' };
const minute: Unit = { name: '分', every: '分' };
const hour: Unit = { name: '時', every: '時間' };
const dayOfMonth: Unit = { name: '日', every: '日' };
const month: Unit = { name: '月', every: 'か月' };

function pieceWords({ from, to, step }: NumberPiece, { name, every }: Unit): string {
  if (from === to) return `${from} ${name}`;
  const range = `${from} ${name}〜${to} ${name}`;
  return step === 1 ? range : `${range}の ${step} ${every}ごと`;
}

const numberWords = (numbers: readonly number[], unit: Unit): string =>
  piecesOf(numbers)
    .map((piece) => pieceWords(piece, unit))
    .join('と ');

const everyWords = (count: number, { name, every }: Unit): string =>
  count === 1 ? `毎${name}` : `${count} ${every}ごと`;

function timeWords({ seconds, minutes, hours }: CronMeaning): string {
  const isOnTheMinute = seconds.length === 1 && seconds[0] === 0;
  const secondPace = paceOf(seconds, 60);
  const minutePace = paceOf(minutes, 60);
  if (isOnTheMinute) {
    return minutePace === null
      ? `${eachHour(hours)}${numberWords(minutes, minute)}`
      : `${withinHours(hours)}${everyWords(minutePace, minute)}`;
  }
  if (secondPace !== null) {
    const pace = everyWords(secondPace, second);
    return minutes.length === 60
      ? `${withinHours(hours)}${pace}`
      : `${eachHour(hours)}${numberWords(minutes, minute)}の各 1 分間、${pace}`;
  }
  const at = numberWords(seconds, second);
  return minutePace === null
    ? `${eachHour(hours)}${numberWords(minutes, minute)}の ${at}`
    : `${withinHours(hours)}${everyWords(minutePace, minute)}の ${at}`;
}

/** Before the minutes of each hour: '9 時〜17 時の毎時 '. */
function eachHour(hours: readonly number[]): string {
  const pace = paceOf(hours, 24);
  if (pace !== null) return pace === 1 ? '毎時 ' : `${everyWords(pace, hour)}の `;
  if (hours.length === 1) return `${hours[0]} 時台の `;
  const [piece, ...others] = piecesOf(hours);
  const words = numberWords(hours, hour);
  return others.length === 0 && piece && piece.step > 1 ? `${words}の ` : `${words}の毎時 `;
}

/** Before what goes on during whole hours: '9 時〜17 時台の '. */
function withinHours(hours: readonly number[]): string {
  if (hours.length === 24) return '';
  const pieces = piecesOf(hours);
  const words = pieces.map((piece) =>
    piece.step === 1 ? `${pieceWords(piece, hour)}台` : `${pieceWords(piece, hour)}の各 1 時間`,
  );
  return `${words.join('と ')}の `;
}

function dayWords({ monthDays, weekDays, months, needsBoth }: CronMeaning): string {
  const chosenMonths = months.length === 12 ? '' : numberWords(months, month);
  const ofMonth = monthDays
    ? `${chosenMonths ? `${chosenMonths}の` : '毎月'}${monthDayWords(monthDays)}`
    : '';
  const ofWeek = weekDays ? weekDayWords(weekDays) : '';
  if (ofMonth && ofWeek)
    return needsBoth
      ? `${ofMonth}のうち${ofWeek.replace(/^毎週/, '')}`
      : `${ofMonth}、または${orMonth(chosenMonths)}${ofWeek}`;
  if (ofMonth) return ofMonth;
  if (ofWeek) return `${orMonth(chosenMonths)}${ofWeek}`;
  return chosenMonths ? `${chosenMonths}の毎日` : '';
}

const orMonth = (chosenMonths: string): string => (chosenMonths ? `${chosenMonths}の` : '');

function monthDayWords({ days, nearestWeekdays, hasLastDay, hasLastWeekday }: MonthDays): string {
  // A space stands before digits only.
  return [
    ...(days.length > 0 ? [` ${numberWords(days, dayOfMonth)}`] : []),
    ...nearestWeekdays.map((day) => ` ${day} 日に最も近い平日`),
    ...(hasLastDay ? ['末日'] : []),
    ...(hasLastWeekday ? ['最後の平日'] : []),
  ].join('と');
}

/** Weeks start on Monday. */
const mondayFirst = (day: number): number => (day + 6) % 7;

function weekDayWords(weekDays: readonly WeekDay[]): string {
  const ordered = weekDays.toSorted((left, right) => mondayFirst(left.day) - mondayFirst(right.day));
  const whole = ordered.filter(({ which }) => which === null).map(({ day }) => mondayFirst(day));
  const nameOf = (place: number) => weekdays[(place + 1) % 7] ?? '';
  const nth = ordered.flatMap(({ day, which }) =>
    (which ?? []).map((place) =>
      place === 'last' ? `最終${weekdays[day]}` : `第 ${place} ${weekdays[day]}`,
    ),
  );
  if (whole.length === 1 && nth.length === 0) return `毎週${nameOf(whole[0] ?? 0)}`;
  if (whole.join() === '0,1,2,3,4' && nth.length === 0) return '平日（月〜金）';
  const plain = piecesOf(whole).map(({ from, to }) =>
    from === to ? nameOf(from) : `${nameOf(from)}〜${nameOf(to)}`,
  );
  return [...plain, ...nth].join('と');
}
