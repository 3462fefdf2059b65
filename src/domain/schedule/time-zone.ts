/** A period in which a zone's offset from UTC does not change. Spans also end at each UTC new year. */
export interface OffsetSpan {
  offsetMs: number;
  startMs: number;
  /** Exclusive. */
  endMs: number;
}

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
/** Zones are between UTC-12 and UTC+14; two more hours cover historic exceptions. */
const offsetMsMax = 16 * hourMs;
/** No zone has two offset changes closer together than this that matter to a schedule. */
const probeStepMs = 2 * dayMs;
/** One year of a zone takes about a kilobyte; the limit only guards against hostile input. */
const cachedYearsMax = 4_000;
/** There are about 600 names, but each can be written in upper or lower case. */
const formattersMax = 1_000;

const formatters = new Map<string, Intl.DateTimeFormat>();
const spansByZone = new Map<string, Map<number, OffsetSpan[]>>();
let cachedYears = 0;

/**
 * Whether the name is an IANA zone known to this runtime, as `Area/Place` or `UTC`. Offsets are rejected because PostgreSQL
 * reads their sign the other way round, and abbreviations because `IST` has three meanings.
 */
export function isKnownTimeZone(name: string): boolean {
  if (!/^(UTC|GMT|[A-Za-z_]+\/[\w+/-]+)$/.test(name)) return false;
  try {
    formatterOf(name);
    return true;
  } catch {
    return false;
  }
}

/** Returns the span that contains the instant. Throws a RangeError for an unknown zone. */
export function offsetSpanAt(timeZone: string, instantMs: number): OffsetSpan {
  const spans = spansOfYear(timeZone, new Date(instantMs).getUTCFullYear());
  for (const span of spans) {
    if (instantMs < span.endMs) return span;
  }
  throw new RangeError(`No offset known for ${timeZone} at ${instantMs}`);
}

/** Returns the wall time in the zone, in milliseconds as if it were UTC. */
export function wallTimeAt(timeZone: string, instantMs: number): number {
  return instantMs + offsetSpanAt(timeZone, instantMs).offsetMs;
}

/**
 * Returns the instant at which a clock in the zone shows a wall time (milliseconds as if UTC). If the time occurs twice, this
 * is the first one; if it falls into a gap, the first instant after the gap [rule 18: daylight saving]. A gap can be half an
 * hour (Lord Howe), reach past midnight (Nuuk) or last a whole day (Apia 2011).
 */
export function instantOfWallTime(timeZone: string, wallMs: number): number {
  let span = offsetSpanAt(timeZone, wallMs - offsetMsMax);
  for (;;) {
    const instant = wallMs - span.offsetMs;
    // Earlier spans did not contain it, so an instant before this span falls into the gap before the span.
    if (instant < span.endMs) return Math.max(instant, span.startMs);
    span = offsetSpanAt(timeZone, span.endMs);
  }
}

function formatterOf(timeZone: string): Intl.DateTimeFormat {
  let formatter = formatters.get(timeZone);
  if (!formatter) {
    formatter = new Intl.DateTimeFormat('en-US', {
      timeZone,
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    });
    if (formatters.size >= formattersMax) formatters.clear();
    formatters.set(timeZone, formatter);
  }
  return formatter;
}

function measureOffset(formatter: Intl.DateTimeFormat, instantMs: number): number {
  const [month = 0, day = 0, year = 0, hour = 0, minute = 0, second = 0] = (
    formatter.format(instantMs).match(/\d+/g) ?? []
  ).map(Number);
  return Date.UTC(year, month - 1, day, hour, minute, second) - Math.floor(instantMs / 1000) * 1000;
}

function spansOfYear(timeZone: string, year: number): OffsetSpan[] {
  let years = spansByZone.get(timeZone);
  const cached = years?.get(year);
  if (cached) return cached;
  if (cachedYears >= cachedYearsMax) {
    spansByZone.clear();
    cachedYears = 0;
    years = undefined;
  }
  const spans = findSpans(formatterOf(timeZone), Date.UTC(year, 0, 1), Date.UTC(year + 1, 0, 1));
  if (!years) spansByZone.set(timeZone, (years = new Map<number, OffsetSpan[]>()));
  years.set(year, spans);
  cachedYears += 1;
  return spans;
}

function findSpans(formatter: Intl.DateTimeFormat, fromMs: number, untilMs: number): OffsetSpan[] {
  const spans: OffsetSpan[] = [];
  let startMs = fromMs;
  let offsetMs = measureOffset(formatter, fromMs);
  for (let probeMs = fromMs; probeMs < untilMs;) {
    const nextProbeMs = Math.min(probeMs + probeStepMs, untilMs - 1000);
    if (nextProbeMs <= probeMs) break;
    const nextOffsetMs = measureOffset(formatter, nextProbeMs);
    if (nextOffsetMs !== offsetMs) {
      const changeMs = findChange(formatter, probeMs, nextProbeMs, offsetMs);
      spans.push({ offsetMs, startMs, endMs: changeMs });
      startMs = changeMs;
      offsetMs = measureOffset(formatter, changeMs);
      // Probe again from the change: the zone may not have reached nextOffsetMs yet.
      probeMs = changeMs;
    } else {
      probeMs = nextProbeMs;
    }
  }
  spans.push({ offsetMs, startMs, endMs: untilMs });
  return spans;
}

/** Finds the first whole second between two probes at which the offset is no longer `offsetMs`. */
function findChange(
  formatter: Intl.DateTimeFormat,
  beforeMs: number,
  afterMs: number,
  offsetMs: number,
): number {
  let low = beforeMs;
  let high = afterMs;
  while (high - low > 1000) {
    const middle = low + Math.floor((high - low) / 2000) * 1000;
    if (measureOffset(formatter, middle) === offsetMs) low = middle;
    else high = middle;
  }
  return high;
}
