import { AppError, type EdgeAddresses } from '@davit/domain';

/** Addresses from outside; throws `invalid`. */
export function parseEdgeAddresses(input: unknown): EdgeAddresses {
  const { http, https } = (input ?? {}) as Record<string, unknown>;
  if (isList(http) && isList(https)) return { http, https };
  throw new AppError('invalid', 'http and https must be lists of host:port.');
}

const isList = (input: unknown): input is string[] =>
  Array.isArray(input) && input.every((one) => /^[^\s]*:\d{1,5}$/.test(String(one)));
