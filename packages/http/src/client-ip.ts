import type { IncomingMessage } from 'node:http';

const MAPPED_IPV4 = '::ffff:';

/** The address of the other end of the connection; an IPv4 address in its own form. */
export function clientIp(req: IncomingMessage): string {
  const address = req.socket.remoteAddress ?? '';
  return address.startsWith(MAPPED_IPV4) ? address.slice(MAPPED_IPV4.length) : address;
}
