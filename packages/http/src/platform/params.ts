import { AppError } from '@davit/domain';
import type { FieldErrors, LogOptions } from '@davit/domain';
import type { Request } from 'express';

const LONGEST_TAIL = 10_000;
/** a Kubernetes or Docker object name */
const NAME = /^[a-zA-Z0-9][a-zA-Z0-9._-]{0,252}$/;

function refuse(field: string, message: string): never {
  const data: FieldErrors = { [field]: { code: 'validation_invalid_value', message } };
  throw new AppError('invalid', 'Something went wrong while processing your request.', { data });
}

const text = (req: Request, name: string): string => {
  const value = req.query[name];
  return typeof value === 'string' ? value : '';
};

function nameOf(req: Request, field: string): string | undefined {
  const value = text(req, field);
  if (value === '') return undefined;
  return NAME.test(value) ? value : refuse(field, 'Must be the name of an instance or container.');
}

export function instanceParam(req: Request): string {
  const value = String(req.params.instance);
  return NAME.test(value) ? value : refuse('instance', 'Must be the name of an instance.');
}

/** `instance container tail sinceTime previous`; `Last-Event-ID` wins over `sinceTime`. Throws `invalid`. */
export function logQuery(req: Request): Omit<LogOptions, 'follow' | 'signal'> {
  const instance = nameOf(req, 'instance');
  const container = nameOf(req, 'container');
  const tail = tailOf(text(req, 'tail'));
  const sinceTime = req.get('Last-Event-ID') || text(req, 'sinceTime');
  if (sinceTime !== '' && Number.isNaN(Date.parse(sinceTime))) {
    refuse('sinceTime', 'Must be an RFC 3339 time.');
  }
  return {
    ...(instance === undefined ? {} : { instance }),
    ...(container === undefined ? {} : { container }),
    ...(tail === undefined ? {} : { tail }),
    ...(sinceTime === '' ? {} : { sinceTime }),
    ...(text(req, 'previous') === '' ? {} : { previous: true }),
  };
}

function tailOf(value: string): number | undefined {
  if (value === '') return undefined;
  const tail = Number(value);
  const valid = Number.isInteger(tail) && tail >= 0 && tail <= LONGEST_TAIL;
  return valid ? tail : refuse('tail', `Must be a whole number from 0 to ${LONGEST_TAIL}.`);
}
