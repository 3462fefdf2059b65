import type { CronMeaning, MonthDays, WeekDay } from './cron-expression.ts';
import { listTimesOfDay, type NumberPiece, paceOf, piecesOf } from './number-pieces.ts';

const weekdays = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];
const months = [
  ...['January', 'February', 'March', 'April', 'May', 'June', 'July'],
  ...['August', 'September', 'October', 'November', 'December'],
];
const places = ['first', 'second', 'third', 'fourth', 'fifth'];

/**
 * Describes in English what a cron pattern means: 'At 06:00, Monday through Friday'. Two patterns with different instants
 * have different sentences.
 */
export function describeCronInEnglish(meaning: CronMeaning): string {
  const parts = [timeWords(meaning), dayWords(meaning), monthWords(meaning.months)];
  return parts.filter((part) => part !== '').join(', ');
}

const joined = (words: readonly string[], and = 'and'): string =>
  words.length < 2 ? (words[0] ?? '') : `${words.slice(0, -1).join(', ')} ${and} ${words.at(-1)}`;

type Name = (number: number) => string;
const inDigits: Name = String;

function pieceWords({ from, to, step }: NumberPiece, name: Name): string {
  if (from === to) return name(from);
  const range = `${name(from)} through ${name(to)}`;
  return step === 1 ? range : `${range} in steps of ${step}`;
}

const numberWords = (numbers: readonly number[], name = inDigits): string =>
  joined(piecesOf(numbers).map((piece) => pieceWords(piece, name)));

const clock = (hour: number, minute: number): string =>
  `${String(hour).padStart(2, '0')}:${String(minute).padStart(2, '0')}`;

const every = (count: number, unit: string): string =>
  count === 1 ? `Every ${unit}` : `Every ${count} ${unit}s`;

function timeWords(meaning: CronMeaning): string {
  const { seconds, minutes, hours } = meaning;
  const times = listTimesOfDay(meaning);
  if (times) return `At ${joined(times)}`;
  const isOnTheMinute = seconds.length === 1 && seconds[0] === 0;
  if (isOnTheMinute && minutes.length === 1 && minutes[0] === 0) return hourlyWords(hours);
  const within = hourWords(hours);
  if (isOnTheMinute) {
    const pace = paceOf(minutes, 60);
    const at = `At ${numberWords(minutes)} minutes past ${within === '' ? 'every' : 'the'} hour`;
    return withHours(pace === null ? at : every(pace, 'minute'), within);
  }
  const pace = paceOf(seconds, 60);
  const at = `At ${numberWords(seconds)} seconds past ${minutes.length === 60 ? 'every' : 'the'} minute`;
  const inMinutes = minutes.length === 60 ? '' : `in the minutes ${numberWords(minutes)}`;
  const start = pace === null ? at : every(pace, 'second');
  return withHours(inMinutes === '' ? start : `${start}, ${inMinutes}`, within);
}

/** For what starts on the hour. */
function hourlyWords(hours: readonly number[]): string {
  const pace = paceOf(hours, 24);
  if (pace !== null) return every(pace, 'hour');
  const [piece, ...others] = piecesOf(hours);
  if (!piece || others.length > 0) return `On the hour, in the hours ${numberWords(hours)}`;
  return `${every(piece.step, 'hour')} from ${clock(piece.from, 0)} through ${clock(piece.to, 0)}`;
}

function hourWords(hours: readonly number[]): string {
  if (hours.length === 24) return '';
  const [piece, ...others] = piecesOf(hours);
  if (piece && others.length === 0 && piece.step === 1)
    return `between ${clock(piece.from, 0)} and ${clock(piece.to, 59)}`;
  return `in the hours ${numberWords(hours)}`;
}

const withHours = (start: string, within: string): string => (within === '' ? start : `${start}, ${within}`);

function dayWords({ monthDays, weekDays, needsBoth }: CronMeaning): string {
  const ofMonth = monthDays ? monthDayWords(monthDays) : '';
  if (!weekDays) return ofMonth;
  const ofWeek = weekDayWords(weekDays);
  if (ofMonth === '') return ofWeek;
  return needsBoth ? `${ofMonth}, but only if that is ${withoutOn(ofWeek)}` : `${ofMonth}, or ${ofWeek}`;
}

const withoutOn = (words: string): string => words.replace(/^on /, '');

function monthDayWords({ days, nearestWeekdays, hasLastDay, hasLastWeekday }: MonthDays): string {
  const words = [
    ...(days.length > 0 ? [`${days.length === 1 ? 'day' : 'days'} ${numberWords(days)}`] : []),
    ...nearestWeekdays.map((day) => `the weekday nearest day ${day}`),
    ...(hasLastDay ? ['the last day'] : []),
    ...(hasLastWeekday ? ['the last weekday'] : []),
  ];
  return `on ${joined(words)} of the month`;
}

/** Weeks start on Monday. */
const mondayFirst = (day: number): number => (day + 6) % 7;

function weekDayWords(weekDays: readonly WeekDay[]): string {
  const ordered = weekDays.toSorted((left, right) => mondayFirst(left.day) - mondayFirst(right.day));
  const whole = ordered.filter(({ which }) => which === null).map(({ day }) => mondayFirst(day));
  const plain = numberWords(whole, (place) => weekdays[(place + 1) % 7] ?? '');
  const nth = ordered.flatMap(({ day, which }) =>
    which === null
      ? []
      : [
          `the ${joined(which.map((place) => (place === 'last' ? place : (places[place - 1] ?? ''))))} ${weekdays[day]}`,
        ],
  );
  const ofMonth = nth.length > 0 ? `on ${joined(nth)} of the month` : '';
  if (plain === '') return ofMonth;
  const isRange = piecesOf(whole).length === 1 && whole.length > 1;
  const words = isRange ? plain : `on ${plain}`;
  return ofMonth === '' ? words : `${words} and ${ofMonth}`;
}

function monthWords(chosen: readonly number[]): string {
  if (chosen.length === 12) return '';
  return `in ${numberWords(chosen, (month) => months[month - 1] ?? '')}`;
}
