import type { IncomingHttpHeaders } from 'node:http';

/** The three forms of a date in HTTP: `Sun, 06 Nov 1994 08:49:37 GMT`, `Sunday, 06-Nov-94 …`, `Sun Nov  6 …`. */
const DATE =
  /^(?:[A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} \d{4} [\d:]{8} GMT|[A-Z][a-z]+day, \d\d-[A-Z][a-z]{2}-\d\d [\d:]{8} [A-Z]+|[A-Z][a-z]{2} [A-Z][a-z]{2} [ \d]\d [\d:]{8} \d{4})$/;

export type Precondition = 'failed' | 'not modified' | 'met';

/**
 * Whether a file without an ETag, modified at this time, may be answered with. What a client sends against caches on
 * the way (`no-cache`) does not matter: this is the file itself.
 */
export function checkPreconditions(headers: IncomingHttpHeaders, modified: number): Precondition {
  const second = Math.floor(modified / 1000) * 1000;
  const match = headers['if-match'] ?? '';
  const none = headers['if-none-match'] ?? '';
  if (match === '') {
    const seen = parseDate(headers['if-unmodified-since']);
    if (seen !== undefined && second > seen) return 'failed';
  } else if (!isAny(match)) return 'failed';
  if (none !== '') return isAny(none) ? 'not modified' : 'met';
  const seen = parseDate(headers['if-modified-since']);
  return seen !== undefined && second <= seen ? 'not modified' : 'met';
}

/** `If-Range` with another date than the file's asks for the whole of it. */
export function rangeApplies(headers: IncomingHttpHeaders, modified: number): boolean {
  const condition = headers['if-range'] ?? '';
  return condition === '' || parseDate(condition) === Math.floor(modified / 1000) * 1000;
}

function isAny(tags: string): boolean {
  return /^[\s,]*\*/.test(tags);
}

function parseDate(text: unknown): number | undefined {
  if (typeof text !== 'string' || !DATE.test(text)) return undefined;
  // the third form names no zone: it is GMT, too
  const date = Date.parse(/ \d{4}$/.test(text) ? `${text} GMT` : text);
  return Number.isNaN(date) ? undefined : date;
}
