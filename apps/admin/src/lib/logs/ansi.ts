/** A run of text in one look. */
export interface Segment {
  text: string;
  colour: Colour | undefined;
  bold: boolean;
}

export const COLOURS = [
  'black',
  'red',
  'green',
  'yellow',
  'blue',
  'magenta',
  'cyan',
  'white',
] as const;
export type Colour = (typeof COLOURS)[number];

const ESCAPE = /\x1b(?:\[([0-9;:?]*)([@-~])|\][^\x07\x1b]*(?:\x07|\x1b\\)|[@-Z\\^_])/g;

/** The text without terminal codes, as search sees it. Tabs become spaces so that widths can be counted. */
export function plainText(raw: string): string {
  const text = raw.includes('\x1b') ? raw.replace(ESCAPE, '') : raw;
  return text.includes('\t') ? text.replaceAll('\t', '    ') : text;
}

/** The text in runs of one look. Colours are reduced to the eight that the theme keeps readable. */
export function segmentsOf(raw: string): Segment[] {
  const segments: Segment[] = [];
  let colour: Colour | undefined;
  let bold = false;
  let from = 0;
  const push = (to: number): void => {
    const text = plainText(raw.slice(from, to));
    if (text !== '') segments.push({ text, colour, bold });
  };
  for (const match of raw.matchAll(ESCAPE)) {
    push(match.index);
    from = match.index + match[0].length;
    if (match[2] !== 'm') continue;
    [colour, bold] = applyCodes(match[1] ?? '', colour, bold);
  }
  push(raw.length);
  return segments;
}

function applyCodes(
  codes: string,
  before: Colour | undefined,
  wasBold: boolean,
): [Colour | undefined, boolean] {
  const numbers = codes.split(/[;:]/).map(Number);
  let colour = before;
  let bold = wasBold;
  for (let index = 0; index < numbers.length; index++) {
    const code = numbers[index] ?? 0;
    if (code === 0) [colour, bold] = [undefined, false];
    else if (code === 1 || code === 22) bold = code === 1;
    else if (code === 38 || code === 48) {
      const { found, used } = extended(numbers.slice(index + 1));
      if (code === 38) colour = found;
      index += used;
    } else if (code === 39 || isColour(code)) colour = COLOURS[(code - 30) % 60];
  }
  return [colour, bold];
}

const isColour = (code: number): boolean =>
  (code >= 30 && code <= 37) || (code >= 90 && code <= 97);

/** `5;n` of the 256 colours or `2;r;g;b`, as the nearest of the eight. */
function extended(rest: number[]): { found: Colour | undefined; used: number } {
  const [kind, a = 0, b = 0, c = 0] = rest;
  if (kind === 2) return { found: nearest(a, b, c), used: 4 };
  if (kind !== 5) return { found: undefined, used: 0 };
  if (a < 16) return { found: COLOURS[a % 8], used: 2 };
  if (a >= 232) return { found: a < 244 ? 'black' : 'white', used: 2 };
  const cube = a - 16;
  const level = (n: number): number => n * 51;
  return {
    found: nearest(level(Math.floor(cube / 36)), level(Math.floor(cube / 6) % 6), level(cube % 6)),
    used: 2,
  };
}

function nearest(red: number, green: number, blue: number): Colour {
  const middle = (Math.max(red, green, blue) + Math.min(red, green, blue)) / 2;
  const bit = (value: number, place: number): number => (value > middle ? place : 0);
  if (Math.max(red, green, blue) - Math.min(red, green, blue) < 30)
    return middle < 128 ? 'black' : 'white';
  return COLOURS[bit(red, 1) + bit(green, 2) + bit(blue, 4)] ?? 'white';
}
