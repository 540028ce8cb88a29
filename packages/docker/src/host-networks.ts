import { readFileSync } from 'node:fs';
import { networkInterfaces } from 'node:os';

/** Wider routes (a company's network behind a tunnel) go on beside a bridge within them: its own is more exact. */
const WIDEST = 16;

/**
 * The IPv4 networks that are in use on this host. Its interfaces do not tell all: a bridge without running members is
 * none that Node shows, and its route stands in the way all the same.
 */
export function hostNetworks(): string[] {
  const interfaces = Object.values(networkInterfaces()).flatMap((all) =>
    (all ?? []).map(({ cidr }) => cidr ?? ''),
  );
  return [...interfaces, ...parseRoutes(routesOfLinux())];
}

/** Of the kernel's table, those without a gateway. Its words are hexadecimal, the last byte first. */
export function parseRoutes(text: string): string[] {
  return text.split('\n').flatMap((line) => {
    const [, destination = '', gateway, , , , , mask = ''] = line.split('\t');
    if (gateway !== '00000000' || !/^[0-9A-F]{8} [0-9A-F]{8}$/.test(`${destination} ${mask}`)) {
      return [];
    }
    const bits = Number.parseInt(mask, 16).toString(2).replaceAll('0', '').length;
    return bits < WIDEST ? [] : [`${bytesOf(destination).join('.')}/${bits}`];
  });
}

function bytesOf(word: string): number[] {
  return [...Buffer.from(word, 'hex')].reverse();
}

function routesOfLinux(): string {
  try {
    return readFileSync('/proc/net/route', 'utf8');
  } catch {
    return ''; // another system
  }
}
