import type { Backups, Settings } from '@davit/records';
import type { RequestHandler } from 'express';
import { contextOf } from '../context.ts';
import { sendJsonText, sendPicked } from '../json-response.ts';

const HEALTHY = { message: 'API is healthy.', code: 200 };
const FOR_GUESTS = JSON.stringify({ ...HEALTHY, data: {} });
const PROXY_HEADERS = ['CF-Connecting-IP', 'Fly-Client-IP', 'X-Forwarded-For'];

/** GET /api/health. Superusers also learn how their address is seen. */
export function health(
  backups: Backups | undefined,
  proxy: () => Settings['trustedProxy'],
): RequestHandler {
  return (req, res) => {
    const { auth, ip } = contextOf(res);
    if (!auth?.superuser) {
      sendJsonText(res, 200, FOR_GUESTS);
      return;
    }
    const candidates = [...proxy().headers, ...PROXY_HEADERS];
    const possibleProxyHeader = candidates.find((name) => req.headers[name.toLowerCase()]) ?? '';
    sendPicked(res, 200, {
      ...HEALTHY,
      data: { canBackup: backups?.active === undefined, possibleProxyHeader, realIP: ip },
    });
  };
}
