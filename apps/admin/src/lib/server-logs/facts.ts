import type { Json, LogEntry } from '@davit/domain';

/** What the list says of an entry beside its message. */
export interface Facts {
  /** of a request */
  status: number | undefined;
  /** milliseconds that a request took */
  took: number | undefined;
  /** the collection of who asked */
  auth: string;
  ip: string;
  /** what went wrong, in the server's words */
  error: string;
  /** the rest, as `name: value`; requests tell it in columns */
  more: string[];
}

const MOST = 6;
const TOLD = ['error', 'details', 'type'];

export function factsOf({ data }: Pick<LogEntry, 'data'>): Facts {
  const request = data['type'] === 'request';
  const number = (name: string): number | undefined =>
    request && typeof data[name] === 'number' ? data[name] : undefined;
  const more = request ? [] : Object.entries(data).filter(([name]) => !TOLD.includes(name));
  return {
    status: number('status'),
    took: number('execTime'),
    auth: request ? textOf(data['auth']) : '',
    ip: textOf(data['userIP']),
    error: [data['error'], data['details']]
      .map(textOf)
      .filter((part) => part !== '')
      .join(' '),
    more: more.slice(0, MOST).map(([name, value]) => `${name}: ${textOf(value)}`),
  };
}

/** "0.4 ms", "18 ms", "2.31 s" */
export function tookText(ms: number): string {
  if (ms < 10) return `${ms.toFixed(1)} ms`;
  return ms < 1000 ? `${ms.toFixed(0)} ms` : `${(ms / 1000).toFixed(2)} s`;
}

/** Files of entries are named by their time. */
export const fileName = ({ created }: Pick<LogEntry, 'created'>): string =>
  `log_${created.replaceAll(/[-:. ]/g, '')}.json`;

function textOf(value: Json | undefined): string {
  if (value === undefined || value === null) return '';
  return typeof value === 'string' ? value : JSON.stringify(value);
}
