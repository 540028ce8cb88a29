import type { Backups } from '@davit/records';
import type { RequestHandler } from 'express';
import { contextOf } from '../context.ts';
import { sendJsonText, sendPicked } from '../json-response.ts';

const HEALTHY = { message: 'API is healthy.', code: 200 };
const FOR_GUESTS = JSON.stringify({ ...HEALTHY, data: {} });
const PROXY_HEADERS = ['CF-Connecting-IP', 'Fly-Client-IP', 'X-Real-IP', 'X-Forwarded-For'];

/** GET /api/health. Superusers also learn how their address is seen. */
export function health(backups: Backups | undefined): RequestHandler {
  return (req, res) => {
    const { auth, ip } = contextOf(res);
    if (!auth?.superuser) {
      sendJsonText(res, 200, FOR_GUESTS);
      return;
    }
    const possibleProxyHeader =
      PROXY_HEADERS.find((name) => req.headers[name.toLowerCase()] !== undefined) ?? '';
    sendPicked(res, 200, {
      ...HEALTHY,
      data: { canBackup: backups?.active === undefined, possibleProxyHeader, realIP: ip },
    });
  };
}
