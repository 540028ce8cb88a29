import { isIP } from 'node:net';
import type { IncomingMessage } from 'node:http';
import type { Settings } from '@davit/records';

const MAPPED_IPV4 = '::ffff:';

/** The address of the other end of the connection; an IPv4 address in its own form, IPv6 in full. */
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
  if (address.startsWith(MAPPED_IPV4) && isIP(address.slice(MAPPED_IPV4.length)) === 4) {
    return address.slice(MAPPED_IPV4.length);
  }
  return address.includes(':') ? expanded(address) : address;
}

/** `2001:db8::1` as `2001:0db8:0000:…:0001`: one address has one text, and origins are known by it. */
function expanded(address: string): string {
  const [digits = '', zone] = address.toLowerCase().split('%');
  const [left = [], right] = digits.split('::').map((half) => half.split(':').flatMap(groups));
  const gap = right ? Array<string>(Math.max(0, 8 - left.length - right.length)).fill('0') : [];
  const all = [...left, ...gap, ...(right ?? [])].map((group) => group.padStart(4, '0'));
  return all.join(':') + (zone === undefined ? '' : `%${zone}`);
}

/** The last two groups may be written as an IPv4 address. */
function groups(text: string): string[] {
  if (!text.includes('.')) return text === '' ? [] : [text];
  const [a = 0, b = 0, c = 0, d = 0] = text.split('.').map(Number);
  return [a * 256 + b, c * 256 + d].map((group) => group.toString(16));
}
