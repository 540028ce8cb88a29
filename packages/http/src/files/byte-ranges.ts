/** Bytes from `start` up to and with `end`; of no bytes at all `end` is one before `start`. */
export interface ByteRange {
  start: number;
  end: number;
}

export type AskedRanges =
  /** the whole file where there are none */
  { ranges: ByteRange[] } | { refused: 'malformed' | 'beyond the end' };

/** More are not worth their while: the whole file is sent. */
const MAX_RANGES = 200;
const UNIT = 'bytes=';
const LARGEST = 2n ** 63n - 1n;
const WHOLE: AskedRanges = { ranges: [] };
const MALFORMED: AskedRanges = { refused: 'malformed' };

/** What a `Range` header asks for in a file of `size` bytes. */
export function parseRanges(header: string, size: number): AskedRanges {
  if (header === '') return WHOLE;
  if (!header.startsWith(UNIT)) return MALFORMED;
  const specs = header.slice(UNIT.length).split(',');
  if (specs.length > MAX_RANGES) return WHOLE;
  const ranges: ByteRange[] = [];
  let isBeyond = false;
  for (const spec of specs) {
    if (spec.trim() === '') continue;
    const range = parseRange(spec, size);
    if (range === 'malformed') return MALFORMED;
    if (range === 'beyond') isBeyond = true;
    else ranges.push(range);
  }
  // nothing of an empty file can be asked for: it is sent as it is
  if (isBeyond && ranges.length === 0) return size === 0 ? WHOLE : { refused: 'beyond the end' };
  const sum = ranges.reduce((bytes, { start, end }) => bytes + end - start + 1, 0);
  return sum > size ? WHOLE : { ranges };
}

function parseRange(spec: string, size: number): ByteRange | 'malformed' | 'beyond' {
  const dash = spec.indexOf('-');
  if (dash === -1) return 'malformed';
  const first = spec.slice(0, dash).trim();
  const last = spec.slice(dash + 1).trim();
  if (first === '') {
    const length = parseOffset(last);
    if (length === undefined) return 'malformed';
    return { start: size - Math.min(length, size), end: size - 1 };
  }
  const start = parseOffset(first);
  if (start === undefined) return 'malformed';
  if (start >= size) return 'beyond';
  if (last === '') return { start, end: size - 1 };
  const end = parseOffset(last);
  if (end === undefined || end < start) return 'malformed';
  return { start, end: Math.min(end, size - 1) };
}

function parseOffset(text: string): number | undefined {
  return /^\+?\d+$/.test(text) && BigInt(text) <= LARGEST ? Number(text) : undefined;
}
