const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];

/** how far from Greenwich, where a zone has no name */
const HOURS = '(?:[+-]0*(?:1?\\d|2[0-3])(?!\\d))';

/** What the parts of a layout match; those that begin with a zone's sign move the clock. */
const PARTS: Readonly<Record<string, string>> = {
  Monday: '(?:[Mm]on|[Tt]ues|[Ww]ednes|[Tt]hurs|[Ff]ri|[Ss]atur|[Ss]un)day',
  Mon: '(?:[Mm]on|[Tt]ue|[Ww]ed|[Tt]hu|[Ff]ri|[Ss]at|[Ss]un)',
  Jan: `(?<name>(?:${MONTHS.map(inAnyCase).join('|')}))`,
  '2006': String.raw`(?<year>\d{4})`,
  '06': String.raw`(?<shortYear>\d\d)`,
  '01': String.raw`(?<month>\d\d)`,
  '02': String.raw`(?<day>\d\d)`,
  _2: String.raw` ?(?<day>\d{1,2})`,
  '15': String.raw`(?<hour>\d{1,2})`,
  '3': String.raw`(?<hour>\d{1,2})`,
  '04': String.raw`(?<minute>\d\d)`,
  // a fraction may follow where the layout does not mention it
  '05': String.raw`(?<second>\d\d)(?:[.,](?<fraction>\d+))?`,
  PM: '(?<half>AM|PM)',
  MST: String.raw`(?:GMT${HOURS}?|UTC|ChST|MeST|WITA|[A-Z]{3}(?![A-Z])|(?!GMT)[A-Z]{3,4}T|${HOURS})`,
  'Z07:00': String.raw`(?:Z|(?<zone>[+-]\d\d:\d\d))`,
  Z0700: String.raw`(?:Z|(?<zone>[+-]\d{4}))`,
  '-07:00': String.raw`(?<zone>[+-]\d\d:\d\d)`,
  '-0700': String.raw`(?<zone>[+-]\d{4})`,
};

/** The layouts that PocketBase's date parser tries, in Go's notation. */
const LAYOUTS = [
  '2006-01-02',
  '2006-01-02T15:04:05Z07:00',
  '2006-01-02T15:04:05',
  'Mon, 02 Jan 2006 15:04:05 -0700',
  'Mon, 02 Jan 2006 15:04:05 MST',
  '02 Jan 06 15:04 -0700',
  '02 Jan 06 15:04 MST',
  'Monday, 02-Jan-06 15:04:05 MST',
  '2006-01-02 15:04:05 -0700 MST',
  '2006-01-02T15:04:05-0700',
  '2006-01-02 15:04:05Z0700',
  '2006-01-02 15:04:05',
  'Mon Jan _2 15:04:05 2006',
  'Mon Jan _2 15:04:05 MST 2006',
  'Mon Jan 02 15:04:05 -0700 2006',
  '2006-01-02 15:04:05Z07:00',
  '02 Jan 2006',
  '2006-01-02 15:04:05 -07:00',
  '2006-01-02 15:04:05 -0700',
  '3:04PM',
  'Jan _2 15:04:05',
].map(compile);

/** Milliseconds since 1970; NaN where no layout fits. Text without an offset is UTC, whatever zone it names. */
export function parseDate(text: string): number {
  for (const layout of LAYOUTS) {
    const milliseconds = valueOf(layout.exec(text)?.groups ?? {});
    if (!Number.isNaN(milliseconds)) return milliseconds;
  }
  return NaN;
}

function compile(layout: string): RegExp {
  const parts = Object.keys(PARTS).map((part) => part.replace('+', '\\+'));
  const source = layout
    .replaceAll(' ', ' +')
    .replace(new RegExp(parts.join('|'), 'g'), (part) => PARTS[part] ?? part);
  return new RegExp(`^${source}$`);
}

function inAnyCase(word: string): string {
  return [...word].map((letter) => `[${letter}${letter.toUpperCase()}]`).join('');
}

type Groups = Readonly<Record<string, string | undefined>>;

function valueOf(groups: Groups): number {
  if (groups.minute === undefined && groups.day === undefined) return NaN;
  return dayOf(groups) + clockOf(groups) - offsetOf(groups.zone ?? '+00:00');
}

function dayOf(groups: Groups): number {
  const [month, day] = [monthOf(groups), Number(groups.day ?? 1)];
  const date = new Date(0);
  date.setUTCFullYear(yearOf(groups), month - 1, day);
  // the thirtieth of February would become the second of March
  const exists = date.getUTCMonth() === month - 1 && date.getUTCDate() === day;
  return exists ? date.getTime() : NaN;
}

function clockOf(groups: Groups): number {
  const { minute = '0', second = '0', fraction = '' } = groups;
  const hours = hourOf(groups);
  if (hours > 23 || Number(minute) > 59 || Number(second) > 59) return NaN;
  const milliseconds = Number(fraction.slice(0, 3).padEnd(3, '0'));
  return (hours * 60 + Number(minute)) * 60_000 + Number(second) * 1000 + milliseconds;
}

/** A text without a year is of the year 0. */
function yearOf({ year, shortYear }: Groups): number {
  if (shortYear === undefined) return Number(year ?? 0);
  return Number(shortYear) + (Number(shortYear) >= 69 ? 1900 : 2000);
}

function monthOf({ month, name }: Groups): number {
  return name === undefined ? Number(month ?? 1) : MONTHS.indexOf(name.toLowerCase()) + 1;
}

function hourOf({ hour = '0', half }: Groups): number {
  if (half === undefined) return Number(hour);
  const isOdd = Number(hour) > 12;
  return isOdd ? NaN : (Number(hour) % 12) + (half === 'PM' ? 12 : 0);
}

/** `+02:00`, `-0700`; NaN beyond a day. */
function offsetOf(zone: string): number {
  const [hours, minutes] = [Number(zone.slice(1, 3)), Number(zone.slice(-2))];
  const offset = hours > 24 || minutes > 60 ? NaN : (hours * 60 + minutes) * 60_000;
  return zone.startsWith('-') ? -offset : offset;
}
