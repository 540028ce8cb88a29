import { randomBytes } from 'node:crypto';
import type { Settings } from '@davit/records';
import { realIp } from '../client-ip.ts';
import { setContext } from '../context.ts';
import type { Step } from './every-request.ts';

const ACCEPTED = /^[\w.-]{8,64}$/;

/** Names every request: the caller's `X-Request-Id` when it is a plain one, else our own. */
export function requestId(proxy: () => Settings['trustedProxy']): Step {
  // A random prefix per process and a counter: unique, and cheaper than randomness at each request.
  const prefix = randomBytes(6).toString('hex');
  let count = 0;
  return (req, res) => {
    const given = req.headers['x-request-id'];
    const id =
      typeof given === 'string' && ACCEPTED.test(given)
        ? given
        : `${prefix}-${(++count).toString(36)}`;
    let ip: string | undefined;
    setContext(res, {
      requestId: id,
      get ip() {
        return (ip ??= realIp(req, proxy()));
      },
      auth: undefined,
    });
    res.setHeader('X-Request-Id', id);
    return undefined;
  };
}
