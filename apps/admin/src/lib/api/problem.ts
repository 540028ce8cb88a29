import { ClientResponseError } from 'pocketbase';

/** A failure in the form the pages show it: words, where it belongs, and what to quote when asking for help. */
export interface Problem {
  status: number;
  message: string;
  /** by dotted path into what was sent, e.g. `manifest.spec.image.tag` */
  fields: Record<string, string>;
  requestId: string;
}

const FALLBACK = 'Something went wrong. Try again; if it keeps happening, look at the server log.';

/** Everything a caller may have caught, as one shape. Aborted requests give status -1. */
export function toProblem(error: unknown): Problem {
  if (error instanceof ClientResponseError) return fromResponse(error);
  if (isProblem(error)) return error;
  const message = error instanceof Error && error.message !== '' ? error.message : FALLBACK;
  return { status: 0, message, fields: {}, requestId: '' };
}

/** The problem in a response body of the server, in PocketBase's shape. */
export function toBodyProblem(status: number, body: unknown): Problem {
  const data = isObject(body) ? body : {};
  const message = typeof data['message'] === 'string' ? data['message'] : '';
  return {
    status,
    message: message === '' ? statusMessage(status) : message,
    fields: flattenFields(data['data']),
    requestId: typeof data['requestId'] === 'string' ? data['requestId'] : '',
  };
}

/** Throws a problem; `toProblem` gives it back to whoever catches it. */
export function raise(problem: Problem): never {
  // eslint-disable-next-line @typescript-eslint/only-throw-error -- plain data says all that pages show
  throw problem;
}

/** Throws what a response of plain `fetch` says is wrong. */
export async function raiseResponse(response: Response): Promise<never> {
  raise(toBodyProblem(response.status, await response.json().catch(() => ({}))));
}

function fromResponse(error: ClientResponseError): Problem {
  if (error.isAbort)
    return { status: -1, message: 'The request was cancelled.', fields: {}, requestId: '' };
  return toBodyProblem(error.status, error.response);
}

function statusMessage(status: number): string {
  if (status === 0)
    return 'The server cannot be reached. Check that it is running and that you are online.';
  if (status === 401) return 'Your session has ended. Sign in again.';
  if (status === 403) return 'You are not allowed to do this.';
  if (status === 404) return 'This does not exist, or it is not yours.';
  return FALLBACK;
}

/** `{a: {b: {code, message}}}` becomes `{'a.b': message}`. */
export function flattenFields(data: unknown, prefix = ''): Record<string, string> {
  if (!isObject(data)) return {};
  const fields: Record<string, string> = {};
  for (const [key, value] of Object.entries(data)) {
    if (!isObject(value)) continue;
    const path = prefix === '' ? key : `${prefix}.${key}`;
    if (typeof value['message'] === 'string') fields[path] = value['message'];
    else Object.assign(fields, flattenFields(value, path));
  }
  return fields;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

function isProblem(value: unknown): value is Problem {
  return isObject(value) && 'fields' in value && 'message' in value && 'status' in value;
}
