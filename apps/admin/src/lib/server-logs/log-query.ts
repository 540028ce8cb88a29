/** What of the server's log is shown; '' and `false` leave nothing out but what superusers asked for. */
export interface LogQuery {
  /** words, or an expression in the server's filter language */
  filter: string;
  /** the least level, e.g. `4` */
  level: string;
  /** requests by superusers, too: most of them are of pages like this */
  superusers: boolean;
  /** from this hour on, in milliseconds; 0 is from the beginning */
  from: number;
  /** up to this time, itself not included; 0 is until now */
  to: number;
}

/** PocketBase's levels, with their names. */
export const LEVELS = [
  [-4, 'Debug'],
  [0, 'Info'],
  [4, 'Warn'],
  [8, 'Error'],
] as const;

const OPERATOR = /[=<>~]/;
const SEARCHED = ['level', 'message', 'data'];

/** Puts values into an expression, as `pb.filter` does. */
export type Quote = (expression: string, values: Record<string, string | number>) => string;

/** The same as a filter of the server, without the time. */
export function filterOf({ filter, level, superusers }: LogQuery, quote: Quote): string {
  const parts = [search(filter.trim(), quote)];
  if (level !== '') parts.push(`level >= ${String(Number(level))}`);
  if (!superusers) parts.push("data.auth != '_superusers'");
  return join(parts);
}

/** And with it. `until` is a date that the entries have to be older than, or equal to. */
export function timedFilterOf(query: LogQuery, quote: Quote, until = ''): string {
  const { from, to } = query;
  const parts = [filterOf(query, quote)];
  if (from > 0) parts.push(quote('created >= {:from}', { from: stored(from) }));
  if (to > 0) parts.push(quote('created < {:to}', { to: stored(to) }));
  if (until !== '') parts.push(quote('created <= {:until}', { until }));
  return join(parts);
}

/** An expression is taken as it is; anything else is looked for everywhere. */
function search(text: string, quote: Quote): string {
  if (text === '' || OPERATOR.test(text)) return text;
  return SEARCHED.map((field) => quote(`${field} ~ {:text}`, { text })).join(' || ');
}

const join = (parts: string[]): string =>
  parts
    .filter((part) => part !== '')
    .map((part) => `(${part})`)
    .join(' && ');

/** A time as the server stores it. */
const stored = (time: number): string => new Date(time).toISOString().replace('T', ' ');
