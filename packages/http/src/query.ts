/** a broken escape, or a separator nobody uses any more */
const MALFORMED = /%(?![0-9a-f]{2})|;/i;

/** What comes after the `?`. */
export function queryOf(url: string): string {
  const start = url.indexOf('?');
  return start === -1 ? '' : url.slice(start + 1);
}

/** Whether a pair of a query or form cannot be read. */
export function isMalformed(text: string): boolean {
  return MALFORMED.test(text);
}

/** The pairs of a query or form in their order, without those that cannot be read. */
export function queryPairs(text: string): URLSearchParams {
  if (!isMalformed(text)) return new URLSearchParams(text);
  const readable = text.split('&').filter((pair) => !isMalformed(pair));
  return new URLSearchParams(readable.join('&'));
}

/** The first value of each name. */
export function parseQuery(url: string): Record<string, string> {
  const text = queryOf(url);
  if (text === '') return {};
  const query = new Map<string, string>();
  for (const [name, value] of queryPairs(text)) {
    if (!query.has(name)) query.set(name, value);
  }
  return Object.fromEntries(query);
}
