import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { instantOfWall, readInstant, zoneOfWall } from './sent-instant.ts';
import { wallTimeAt } from './schedule/time-zone.ts';

const now = new Date('2026-11-27T12:00:00Z');

/** Reads a time as a report of a company in Japan. */
function read(value: unknown, at = now, timeZone = 'Asia/Tokyo'): string | null {
  const sent = readInstant(value);
  if (sent.kind === 'instant') return sent.at;
  return sent.kind === 'wall' ? instantOfWall(sent.wall, zoneOfWall(sent.wall, timeZone, at), at) : null;
}

const six = '2026-11-27T06:00:00.000Z';

describe('a time that a sender gives [contract: reports] [rule 39: the outcome goes through]', () => {
  it.each([
    ['ISO 8601', '2026-11-27T15:00:00+09:00', six],
    ['blanks around it', ' \t2026-11-27T06:00:00Z\r\n', six],
    ['a byte order mark in front', '\ufeff2026-11-27T06:00:00Z', six],
    ['a space before the offset', '2026-11-27 15:00:00 +0900', six],
    ['UTC as a word', '2026-11-27 06:00:00 UTC', six],
    ['a space before Z', '2026-11-27 06:00:00 Z', six],
    ['RFC 2822', 'Fri, 27 Nov 2026 15:00:00 +0900', six],
    ['RFC 2822 without its day of the week', '27 Nov 2026 06:00:00 GMT', six],
    ['RFC 2822 with a comment', 'Fri, 27 Nov 2026 15:00:00 +0900 (JST)', six],
    ['date in the C locale', 'Fri Nov 27 15:00:00 JST 2026', six],
    [
      'date in the C locale, on a day of one digit',
      'Tue Dec  1 15:00:00 JST 2026',
      '2026-12-01T06:00:00.000Z',
    ],
    ['date in English', 'Fri Nov 27 03:00:00 PM JST 2026', six],
    ['date in British English', 'Fri 27 Nov 15:00:00 JST 2026', six],
    ['date of new coreutils', 'Fri 27 Nov 2026 03:00:00 PM JST', six],
    ['date in Japanese', '2026年 11月 27日 金曜日 15:00:00 JST', six],
    ['a time in Japanese', '2026年11月27日(金) 15時00分00秒', six],
    ['an afternoon in Japanese', '2026/11/27 午後3:00:00', six],
    ['a morning in Japanese', '2026/11/27 午前0:30:00', '2026-11-26T15:30:00.000Z'],
    ['a zone in brackets', '2026-11-27T15:00:00+09:00[Asia/Tokyo]', six],
    ['only a zone in brackets', '2026-11-27T15:00:00[Asia/Tokyo]', six],
    ['a zone and a calendar in brackets', '2026-11-27T15:00:00+09:00[Asia/Tokyo][u-ca=japanese]', six],
    ['UTC in brackets', '2026-11-27T06:00:00Z[UTC]', six],
    ['the name of a zone', '2026-11-27 15:00:00 Asia/Tokyo', six],
    ['Date of JavaScript', 'Fri Nov 27 2026 15:00:00 GMT+0900 (Japan Standard Time)', six],
    ['Date of JavaScript in Japan', 'Fri Nov 27 2026 15:00:00 GMT+0900 (日本標準時)', six],
    ['toUTCString', 'Fri, 27 Nov 2026 06:00:00 GMT', six],
    ['Time of Go', '2026-11-27 15:00:00.000001 +0900 JST m=+0.000012', '2026-11-27T06:00:00.000001Z'],
    ['Time of Ruby', '2026-11-27 15:00:00 +0900', six],
    ['a web server', '27/Nov/2026:15:00:00 +0900', six],
    ['a cookie of PHP', 'Friday, 27-Nov-2026 15:00:00 JST', six],
    ['Windows in Japan', '2026/11/27 15:00:00', six],
    ['wmic os get localdatetime', '20261127150000.000000+540', six],
    ['wmic west of Greenwich', '20261127003000.250000-330', '2026-11-27T06:00:00.250Z'],
    ['quotes that cmd.exe left', '"2026-11-27T15:00:00+09:00"', six],
    ['single quotes', "' 2026/11/27 15:00:00 '", six],
    ['%date% %time% of Windows', '2026/11/27  9:05:06.12', '2026-11-27T00:05:06.120Z'],
    ['PowerShell, round trip', '2026-11-27T15:00:00.0000000+09:00', six],
    ['PowerShell 5 in JSON', '/Date(1795759200000)/', six],
    [
      'PowerShell 5 in JSON, as an object',
      { value: '/Date(1795759200000)/', DisplayHint: 2, DateTime: '2026年11月27日 15:00:00' },
      six,
    ],
    ['SQL Server', 'Nov 27 2026  3:00PM', six],
    ['date +%Y%m%d%H%M%S', '20261127150000', six],
    ['date +%Y%m%d%H%M', '202611271500', six],
    ['date +%F_%H%M%S', '2026-11-27_150000', six],
    ['a date alone, as midnight', '2026-11-27', '2026-11-26T15:00:00.000Z'],
    ['datetime.now().isoformat()', '2026-11-27T15:00:00.123456', '2026-11-27T06:00:00.123456Z'],
    ['seconds', 1795759200, six],
    ['seconds as text', '1795759200', six],
    ['time.time()', 1795759200.123456, '2026-11-27T06:00:00.123456Z'],
    ['time.time() as text', '1795759200.1234567', '2026-11-27T06:00:00.123456Z'],
    ['milliseconds', 1795759200000, six],
    ['performance, milliseconds with a fraction', '1795759200000.25', '2026-11-27T06:00:00.000250Z'],
    ['microseconds', '1795759200000001', '2026-11-27T06:00:00.000001Z'],
    ['nanoseconds', '1795759200000001000', '2026-11-27T06:00:00.000001Z'],
  ])('can be %s: %j', (_what, value, instant) => {
    expect(read(value)).toBe(instant);
  });

  it.each([
    ['11/12/2026', 'does not say which number is the month: send for example 2026-11-27'],
    ['27/11/2026 15:00', 'does not say which number is the month: send for example 2026-11-27'],
    ['27.11.26', 'does not say which number is the month: send for example 2026-11-27'],
    ['2026-11-27 15:00:00 CST', 'has a time zone with several meanings: send an offset such as +09:00'],
    ['2026-11-27 15:00:00 IST', 'has a time zone with several meanings: send an offset such as +09:00'],
    ['2026-11-27 15:00:00 Asia/Kyoto', 'has an unknown time zone'],
    ['Fri Nov 27 15:00:00', 'has no year of four digits'],
    ['27 Nov 26 15:00:00 +0900', 'has no year of four digits'],
  ])('%j is in doubt', (value, problem) => {
    expect(readInstant(value)).toEqual({ kind: 'unclear', problem });
  });

  it.each([
    'soon',
    '1',
    '0',
    'Jan 5',
    'now',
    '2026',
    '2026-11',
    '2026-13-01',
    '2026-02-30',
    '2025-02-29',
    '2026-11-21T25:00:00Z',
    '2026-11-21T06:00:61Z',
    '2026-11-21T06:00:00+24:00',
    '2026-11-21T06:00:00Zjunk words',
    '2026-11-21T06:00:00.Z',
    '0000-01-01T00:00:00Z',
    '２０２６-11-21',
    '2026-W47-6',
    '2026-325',
    '-1795759200',
    '1.7957592e9',
    '99999999999',
    '2026-11-27 13:00 PM',
    '2026-11-27T15:00:00+09:00'.repeat(5),
    -1,
    5,
    Infinity,
    1e300,
    true,
    {},
    [2026, 11, 27],
    { value: 5 },
  ])('%j is refused', (value) => {
    expect(readInstant(value)).toMatchObject({
      kind: 'unclear',
      problem: expect.stringMatching(/^(cannot be|has )/),
    });
  });

  it.each([undefined, null, '', '  ', '\u200b', false, 0])('%j is missing', (value) => {
    expect(readInstant(value)).toEqual({ kind: 'missing' });
  });
});

describe('a time without a zone [contract: reports]', () => {
  const at = (value: string, instant: string, timeZone?: string) => read(value, new Date(instant), timeZone);

  it("is in the company's zone, unless only UTC makes it a time of just now", () => {
    expect(at('2026-11-27T15:00:00', '2026-11-27T06:00:05Z')).toBe(six);
    expect(at('2026-11-27T06:00:00', '2026-11-27T06:00:05Z')).toBe(six);
    expect(at('2026-11-27T06:00:00', '2026-11-27T06:09:59Z')).toBe(six);
    expect(at('2026-11-27T06:00:00', '2026-11-27T06:10:01Z')).toBe('2026-11-26T21:00:00.000Z');
    expect(at('2026-11-27T06:00:00', '2026-11-27T05:00:00Z')).toBe('2026-11-26T21:00:00.000Z');
  });

  it('that a clock shows twice is the one closer to now, and one in a gap is the first after it', () => {
    const overlap = '2026-11-01 01:30:00';
    expect(at(overlap, '2026-11-01T05:31:00Z', 'America/New_York')).toBe('2026-11-01T05:30:00.000Z');
    expect(at(overlap, '2026-11-01T06:31:00Z', 'America/New_York')).toBe('2026-11-01T06:30:00.000Z');
    expect(at('2026-03-08 02:30:00', '2026-03-08T09:00:00Z', 'America/New_York')).toBe(
      '2026-03-08T07:00:00.000Z',
    );
  });

  it('long before zones is UTC', () => {
    expect(read('0001-01-01T00:00:00')).toBe('0001-01-01T00:00:00.000Z');
  });
});

const two = (value: number): string => String(value).padStart(2, '0');
const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const days = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];

interface Clock {
  seconds: number;
  zone: string;
  offset: string;
  year: number;
  month: number;
  day: number;
  weekday: number;
  hour: number;
  time: string;
}

/** What a clock in the zone shows at an instant of a whole second. */
function clockOf(seconds: number, zone: string): Clock {
  const wallMs = wallTimeAt(zone, seconds * 1000);
  const wall = new Date(wallMs);
  const minutes = Math.round((wallMs - seconds * 1000) / 60_000);
  const size = Math.abs(minutes);
  return {
    seconds,
    zone,
    offset: `${minutes < 0 ? '-' : '+'}${two(Math.floor(size / 60))}${two(size % 60)}`,
    year: wall.getUTCFullYear(),
    month: wall.getUTCMonth() + 1,
    day: wall.getUTCDate(),
    weekday: wall.getUTCDay(),
    hour: wall.getUTCHours(),
    time: wall.toISOString().slice(11, 19),
  };
}

const isoDate = ({ year, month, day }: Clock) => `${year}-${two(month)}-${two(day)}`;
const colon = (offset: string) => `${offset.slice(0, 3)}:${offset.slice(3)}`;
const twelve = ({ hour, time }: Clock) => `${two(hour % 12 || 12)}${time.slice(2)}`;

/** How languages and tools write one instant, with its offset or zone. */
const spellings: Record<string, (clock: Clock) => unknown> = {
  'ISO 8601': (c) => `${isoDate(c)}T${c.time}${colon(c.offset)}`,
  'ISO 8601, basic': (c) => `${isoDate(c)}T${c.time}${c.offset}`.replace(/-(?=\d\d[-T])|:/g, ''),
  'lower case': (c) => `${isoDate(c)}t${c.time}${colon(c.offset)}`,
  microseconds: (c) => `${isoDate(c)}T${c.time}.000000${colon(c.offset)}`,
  'a space and an offset': (c) => `${isoDate(c)} ${c.time} ${c.offset}`,
  'slashes and an offset': (c) => `${c.year}/${c.month}/${c.day} ${c.time} ${colon(c.offset)}`,
  'a zone in brackets': (c) => `${isoDate(c)}T${c.time}${colon(c.offset)}[${c.zone}]`,
  'an offset after UTC': (c) => `${isoDate(c)} ${c.time} UTC${colon(c.offset)}`,
  'RFC 2822': (c) => `${days[c.weekday]}, ${c.day} ${months[c.month - 1]} ${c.year} ${c.time} ${c.offset}`,
  JavaScript: (c) =>
    `${days[c.weekday]} ${months[c.month - 1]} ${two(c.day)} ${c.year} ${c.time} GMT${c.offset} (Some Standard Time)`,
  date: (c) =>
    `${days[c.weekday]} ${months[c.month - 1]} ${String(c.day).padStart(2)} ${c.time} ${c.offset} ${c.year}`,
  'twelve hours': (c) =>
    `${months[c.month - 1]} ${c.day}, ${c.year} ${twelve(c)} ${c.hour < 12 ? 'AM' : 'PM'} ${c.offset}`,
  Japanese: (c) =>
    `${c.year}年 ${c.month}月 ${c.day}日 ${'日月火水木金土'[c.weekday]}曜日 ${c.time} ${c.offset}`,
  'half a day in Japanese': (c) =>
    `${c.year}年${c.month}月${c.day}日 ${c.hour < 12 ? '午前' : '午後'}${twelve(c)} ${c.offset}`,
  'a web server': (c) =>
    `[${two(c.day)}/${months[c.month - 1]}/${c.year}:${c.time} ${c.offset}]`.slice(1, -1),
  Go: (c) => `${isoDate(c)} ${c.time} ${c.offset} XYZ m=+1.5`,
  seconds: (c) => c.seconds,
  'seconds as text': (c) => ` ${c.seconds} `,
  'fractional seconds': (c) => `${c.seconds}.0`,
  milliseconds: (c) => c.seconds * 1000,
  nanoseconds: (c) => `${c.seconds}000000000`,
  'PowerShell in JSON': (c) => `/Date(${c.seconds}000)/`,
};

/** The same without an offset, which only the zone of the company explains. */
const wallSpellings: Record<string, (clock: Clock) => string> = {
  'ISO 8601': (c) => `${isoDate(c)}T${c.time}`,
  'a space': (c) => `${isoDate(c)} ${c.time}`,
  Windows: (c) => `${c.year}/${two(c.month)}/${two(c.day)} ${c.time}`,
  ctime: (c) => `${days[c.weekday]} ${months[c.month - 1]} ${String(c.day).padStart(2)} ${c.time} ${c.year}`,
  digits: (c) => `${isoDate(c)}${c.time}`.replaceAll(/\D/g, ''),
  Japanese: (c) => `${c.year}年${c.month}月${c.day}日 ${c.time}`,
};

describe('every spelling of an instant, in every zone', () => {
  // Between 2001-09-09, from which on seconds have ten digits, and 2037.
  const seconds = fc.integer({ min: 1_000_000_000, max: 2_114_380_800 });
  const zone = fc.constantFrom(
    'UTC',
    'Asia/Tokyo',
    'Asia/Kolkata',
    'America/New_York',
    'America/St_Johns',
    'Europe/London',
    'Australia/Lord_Howe',
    'Pacific/Kiritimati',
    'Pacific/Niue',
  );

  it.each(Object.keys(spellings))('%s is the same instant', (name) => {
    fc.assert(
      fc.property(seconds, zone, (at, where) => {
        const written = spellings[name]!(clockOf(at, where));
        expect(read(written), String(written)).toBe(new Date(at * 1000).toISOString());
      }),
    );
  });

  it.each(Object.keys(wallSpellings))('%s without an offset is the same instant when it arrives', (name) => {
    fc.assert(
      fc.property(seconds, zone, fc.integer({ min: 0, max: 599 }), (at, where, late) => {
        const written = wallSpellings[name]!(clockOf(at, where));
        const arrival = new Date((at + late) * 1000);
        expect(read(written, arrival, where), written).toBe(new Date(at * 1000).toISOString());
        // A sender in UTC whose company is elsewhere.
        const inUtc = wallSpellings[name]!(clockOf(at, 'UTC'));
        if (late < 500) expect(read(inUtc, arrival, where), inUtc).toBe(new Date(at * 1000).toISOString());
      }),
    );
  });

  it('any other text is refused or read, and never throws', () => {
    const piece = fc.constantFrom(
      '2026',
      '11',
      '27',
      '-',
      '/',
      ':',
      ' ',
      'Nov',
      'T',
      'Z',
      '+09',
      'JST',
      'pm',
      '年',
      '月',
      '日',
      '(',
      '[',
      'Asia/Tokyo',
      ']',
      '.5',
    );
    fc.assert(
      fc.property(
        fc.oneof(
          fc.array(piece, { maxLength: 12 }).map((all) => all.join('')),
          fc.string(),
          fc.anything(),
        ),
        (value) => {
          const at = read(value);
          if (at !== null) expect(new Date(at).toISOString().slice(0, 19)).toBe(at.slice(0, 19));
        },
      ),
      { numRuns: 3_000 },
    );
  });
});
