/** Numbers of a cron field that are said together: one, a range, or every nth from the first to the last. */
export interface NumberPiece {
  from: number;
  to: number;
  step: number;
}

/** Up to this many numbers with gaps are listed: people say 'Monday, Wednesday and Friday'. */
const listedNumbersMax = 6;

/** Splits ascending numbers into as few pieces as people can follow. The pieces stand for exactly these numbers. */
export function piecesOf(numbers: readonly number[]): NumberPiece[] {
  const [first = 0, second = 0] = numbers;
  const last = numbers.at(-1) ?? first;
  const step = second - first;
  const isShort = numbers.length < 3 || (step > 1 && numbers.length <= listedNumbersMax);
  if (!isShort && numbers.every((number, index) => number === first + index * step)) {
    return [{ from: first, to: last, step }];
  }
  const pieces: NumberPiece[] = [];
  for (let index = 0; index < numbers.length;) {
    const from = numbers[index] ?? 0;
    let length = 1;
    while (numbers[index + length] === from + length) length += 1;
    // Two neighbors are not a range.
    const taken = length >= 3 ? length : 1;
    pieces.push({ from, to: from + taken - 1, step: 1 });
    index += taken;
  }
  return pieces;
}

/** Returns n if the numbers are every nth of the whole cycle, from 0 on, so that the pace has no break; otherwise null. */
export function paceOf(numbers: readonly number[], cycle: number): number | null {
  const step = cycle / numbers.length;
  return numbers.length > 1 && numbers.every((number, index) => number === index * step) ? step : null;
}

/** With more times of day than this, the fields are described instead of listing the times. */
const listedTimesMax = 6;

/** Lists every time of day as text, if there are few; otherwise null. */
export function listTimesOfDay({
  hours,
  minutes,
  seconds,
}: Record<'hours' | 'minutes' | 'seconds', readonly number[]>): string[] | null {
  if (hours.length * minutes.length * seconds.length > listedTimesMax) return null;
  const twoDigits = (number: number) => String(number).padStart(2, '0');
  return hours.flatMap((hour) =>
    minutes.flatMap((minute) =>
      seconds.map((second) =>
        (second === 0 ? [hour, minute] : [hour, minute, second]).map(twoDigits).join(':'),
      ),
    ),
  );
}
