/** The end of an axis: a round number not below the largest value, and the marks up to it. */
export interface Scale {
  end: number;
  marks: number[];
}

function roundUp(value: number, steps: readonly number[]): number {
  const magnitude = 10 ** Math.floor(Math.log10(value));
  const step = steps.find((candidate) => candidate * magnitude >= value);
  return (step ?? 10) * magnitude;
}

/** A scale for counts, in whole numbers: there is no half run. */
export function countScale(largest: number): Scale {
  if (largest <= 2) return { end: 2, marks: [0, 1, 2] };
  if (largest <= 4) return { end: 4, marks: [0, 2, 4] };
  const end = roundUp(largest, [1, 2, 4, 6, 8, 10]);
  return { end, marks: [0, end / 2, end] };
}

// Rounded in the unit in which people read the duration.
const durationEndsMs = [
  10, 20, 50, 100, 200, 500, 1_000, 2_000, 4_000, 10_000, 20_000, 30_000, 60_000, 120_000, 240_000, 600_000,
  1_200_000, 1_800_000, 3_600_000, 7_200_000, 14_400_000, 21_600_000, 43_200_000, 86_400_000,
];

/** A scale for durations in milliseconds, ending at a round number of seconds, minutes, hours or days. */
export function durationScale(largestMs: number): Scale {
  const dayMs = 86_400_000;
  const end =
    durationEndsMs.find((candidate) => candidate >= largestMs) ??
    roundUp(largestMs / dayMs, [2, 4, 6, 8, 10]) * dayMs;
  return { end, marks: [0, end / 2, end] };
}
