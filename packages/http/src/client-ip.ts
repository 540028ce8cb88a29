import { isIP } from 'node:net';
import type { IncomingMessage } from 'node:http';
import type { Settings } from '@davit/records';

const MAPPED_IPV4 = '::ffff:';

/** The address of the other end of the connection; an IPv4 address in its own form. */
export function clientIp(req: IncomingMessage): string {
  return plain(req.socket.remoteAddress ?? '');
}

/** The client's address as the proxies in front tell it; the connection's where none of them does. */
export function realIp(req: IncomingMessage, proxy: Settings['trustedProxy']): string {
  for (const name of proxy.headers) {
    const line = req.headersDistinct[name.toLowerCase()]?.at(-1);
    if (line === undefined) continue;
    const addresses = line.split(',').map((part) => part.trim());
    if (!proxy.useLeftmostIP) addresses.reverse();
    const found = addresses.find((address) => isIP(address) !== 0);
    if (found !== undefined) return plain(found);
  }
  return clientIp(req);
}

function plain(address: string): string {
  return address.startsWith(MAPPED_IPV4) ? address.slice(MAPPED_IPV4.length) : address;
}
