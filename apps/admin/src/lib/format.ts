const UNITS: [limit: number, size: number, name: Intl.RelativeTimeFormatUnit][] = [
  [60, 1, 'second'],
  [3600, 60, 'minute'],
  [86_400, 3600, 'hour'],
  [86_400 * 30, 86_400, 'day'],
  [86_400 * 365, 86_400 * 30, 'month'],
  [Infinity, 86_400 * 365, 'year'],
];
const relative = new Intl.RelativeTimeFormat(undefined, { numeric: 'auto', style: 'narrow' });
const absolute = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'medium' });

/** "3 min ago", in the reader's language. */
export function ago(date: Date, now: number): string {
  const seconds = Math.max(0, Math.round((now - date.getTime()) / 1000));
  if (seconds < 5) return 'just now';
  const [size, name] = unitOf(seconds);
  return relative.format(-Math.floor(seconds / size), name);
}

/** "in 3 days", in the reader's language. */
export function until(date: Date, now: number): string {
  const seconds = Math.max(0, Math.round((date.getTime() - now) / 1000));
  const [size, name] = unitOf(seconds);
  return relative.format(Math.round(seconds / size), name);
}

function unitOf(seconds: number): [size: number, name: Intl.RelativeTimeFormatUnit] {
  const [, size, name] = UNITS.find(([limit]) => seconds < limit) ?? [0, 1, 'second'];
  return [size, name];
}

export const absoluteTime = (date: Date): string => absolute.format(date);

const day = new Intl.DateTimeFormat(undefined, { day: 'numeric', month: 'short' });
const minute = new Intl.DateTimeFormat(undefined, {
  day: 'numeric',
  month: 'short',
  hour: '2-digit',
  minute: '2-digit',
});

/** "31 Jan, 10:00 – 11:00": a stretch of time, or when it begins; days where it is made of such. */
export function stretch(from: number, to?: number): string {
  const whole = to !== undefined && to - from >= 86_400_000;
  const format = whole ? day : minute;
  // the end does not belong to it
  return to === undefined ? format.format(from) : format.formatRange(from, whole ? to - 1 : to);
}

/** "2 d 4 h", "3 min 20 s": the two largest units. */
export function duration(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1000));
  const parts: [number, string][] = [
    [Math.floor(seconds / 86_400), 'd'],
    [Math.floor(seconds / 3600) % 24, 'h'],
    [Math.floor(seconds / 60) % 60, 'min'],
    [seconds % 60, 's'],
  ];
  const first = parts.findIndex(([count]) => count > 0);
  if (first === -1) return '0 s';
  return parts
    .slice(first, first + 2)
    .filter(([count]) => count > 0)
    .map(([count, unit]) => `${count} ${unit}`)
    .join(' ');
}

/** "1.4 MB" */
export function bytes(count: number): string {
  const step = Math.min(3, Math.floor(Math.log10(Math.max(1, count)) / 3));
  const value = count / 1000 ** step;
  const digits = step === 0 || value >= 100 ? 0 : 1;
  return `${value.toFixed(digits)} ${['B', 'kB', 'MB', 'GB'][step] ?? ''}`;
}

export const plural = (count: number, one: string, many = `${one}s`): string =>
  `${count.toLocaleString()} ${count === 1 ? one : many}`;
