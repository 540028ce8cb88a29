import { AppError } from '@davit/domain';
import type { FieldErrors, LogOptions } from '@davit/domain';
import type { RequestInfo } from '@davit/records';

const LONGEST_TAIL = 10_000;
/** a Kubernetes or Docker object name */
const NAME = /^[a-zA-Z0-9][a-zA-Z0-9._-]{0,252}$/;

function refuse(field: string, message: string): never {
  const data: FieldErrors = { [field]: { code: 'validation_invalid_value', message } };
  throw new AppError('invalid', 'Something went wrong while processing your request.', { data });
}

function nameOf(value: string | undefined, field: string): string | undefined {
  if (value === undefined || value === '') return undefined;
  return NAME.test(value) ? value : refuse(field, 'Must be the name of an instance or container.');
}

/** A path parameter. Throws `invalid`. */
export function instanceName(value: string): string {
  return nameOf(value, 'instance') ?? refuse('instance', 'Must be the name of an instance.');
}

/** `instance container tail sinceTime previous`; `Last-Event-ID` wins over `sinceTime`. Throws `invalid`. */
export function logQuery({
  query,
  headers,
}: Pick<RequestInfo, 'query' | 'headers'>): Omit<LogOptions, 'follow' | 'signal'> {
  const instance = nameOf(query.instance, 'instance');
  const container = nameOf(query.container, 'container');
  const tail = tailOf(query.tail ?? '');
  const sinceTime = headers.last_event_id || (query.sinceTime ?? '');
  if (sinceTime !== '' && Number.isNaN(Date.parse(sinceTime))) {
    refuse('sinceTime', 'Must be an RFC 3339 time.');
  }
  return {
    ...(instance === undefined ? {} : { instance }),
    ...(container === undefined ? {} : { container }),
    ...(tail === undefined ? {} : { tail }),
    ...(sinceTime === '' ? {} : { sinceTime }),
    ...(query.previous ? { previous: true } : {}),
  };
}

function tailOf(value: string): number | undefined {
  if (value === '') return undefined;
  const tail = Number(value);
  const valid = Number.isInteger(tail) && tail >= 0 && tail <= LONGEST_TAIL;
  return valid ? tail : refuse('tail', `Must be a whole number from 0 to ${LONGEST_TAIL}.`);
}
