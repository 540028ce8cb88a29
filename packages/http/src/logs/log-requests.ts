import type { JsonObject } from '@davit/domain';
import type { Logs, SettingsData } from '@davit/records';
import type { Request, Response } from 'express';
import { clientIp } from '../client-ip.ts';
import { contextOf } from '../context.ts';
import { toErrorBody } from '../error-response.ts';
import type { Step } from '../middleware/every-request.ts';

const INFO = 0;
const ERROR = 8;
/** Successes there say nothing, or only that somebody reads the log. */
const QUIET = [/^\w+ \/api\/logs(\/|$)/, /^GET \/api\/realtime$/, /^\w+ \/api\/oauth2-redirect$/];
const URL_LENGTH = 3000;
const HEADER_LENGTH = 2000;

/** Every request of the API, when it is done. What fails elsewhere is kept too. */
export function logRequests(logs: Logs, settings: () => SettingsData['logs']): Step {
  return (req, res) => {
    const started = performance.now();
    const { maxDays, logIP } = settings();
    // the connection remembers its address once it was asked; when it is closed nobody can tell it
    if (maxDays > 0 && logIP) clientIp(req);
    return () => {
      if (settings().maxDays === 0 || !isWorthIt(req, res)) return;
      const { error } = contextOf(res);
      const url = withoutTokens(req.originalUrl).slice(0, URL_LENGTH);
      logs.add({
        level: error ? ERROR : INFO,
        message: `${req.method} ${unescaped(url)}`,
        data: describe({ req, res, url, execTime: performance.now() - started }, settings()),
      });
    };
  };
}

function isWorthIt({ method, originalUrl }: Request, res: Response): boolean {
  if (contextOf(res).error) return true;
  const path = originalUrl.split('?')[0] ?? '';
  if (!path.startsWith('/api/')) return false;
  return !QUIET.some((it) => it.test(`${method} ${path}`));
}

interface Finished {
  req: Request;
  res: Response;
  url: string;
  execTime: number;
}

function describe(
  { req, res, url, execTime }: Finished,
  { logIP, logAuthId }: SettingsData['logs'],
): JsonObject {
  const { auth, ip, error, requestId } = contextOf(res);
  const failure = error && toErrorBody(error, requestId);
  return {
    type: 'request',
    execTime,
    ...(failure && { error: failure.message, details: detailsOf(error.cause) }),
    url,
    method: req.method,
    status: res.statusCode,
    referer: header(req, 'referer'),
    userAgent: header(req, 'user-agent'),
    auth: auth?.collection.name ?? '',
    ...(auth && logAuthId && { authId: auth.record.id }),
    ...(logIP && { userIP: ip, remoteIP: clientIp(req) }),
  };
}

function header(req: Request, name: 'referer' | 'user-agent'): string {
  return (req.headers[name] ?? '').slice(0, HEADER_LENGTH);
}

function detailsOf(cause: unknown): string | null {
  return cause instanceof Error ? cause.message : null;
}

function unescaped(url: string): string {
  try {
    return decodeURIComponent(url);
  } catch {
    return url;
  }
}

/** Tokens of protected files and backups are as good as a password for as long as they last. */
function withoutTokens(url: string): string {
  return url.replace(/([?&]token=)[^&]*/g, '$1***');
}
