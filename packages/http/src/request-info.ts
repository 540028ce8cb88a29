import type { RequestInfo } from '@davit/records';
import type { Request, Response } from 'express';
import type { Body } from './body/read-body.ts';
import { contextOf } from './context.ts';
import { parseQuery } from './query.ts';

const NO_BODY: Body = { body: {} };

/** The request as rules see it. Query, headers and address are worked out when something looks at them. */
export function requestInfo(req: Request, res: Response, body: Body = NO_BODY): RequestInfo {
  const context = contextOf(res);
  let query: Record<string, string> | undefined;
  let headers: Record<string, string> | undefined;
  return {
    context: 'default',
    method: req.method,
    get query() {
      return (query ??= parseQuery(req.url));
    },
    get headers() {
      return (headers ??= snakeCaseHeaders(req));
    },
    body: body.body,
    ...(body.files && { files: body.files }),
    auth: context.auth,
    get ip() {
      return context.ip;
    },
  };
}

/** The first value of each name. */
function snakeCaseHeaders({ rawHeaders }: Request): Record<string, string> {
  const headers = Object.create(null) as Record<string, string>;
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = (rawHeaders[index] ?? '').toLowerCase().replaceAll('-', '_');
    headers[name] ??= rawHeaders[index + 1] ?? '';
  }
  return headers;
}
