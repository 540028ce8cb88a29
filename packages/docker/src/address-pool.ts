/** IPv4 addresses as numbers, so that ranges can be compared. */
export interface Range {
  first: number;
  last: number;
}

export function parseCidr(cidr: string): Range | undefined {
  const [, a, b, c, d, bits] = /^(\d+)\.(\d+)\.(\d+)\.(\d+)\/(\d+)$/.exec(cidr) ?? [];
  if (bits === undefined) return undefined;
  const size = 2 ** (32 - Number(bits));
  const address = [a, b, c, d].reduce((sum, part) => sum * 256 + Number(part), 0);
  const first = Math.floor(address / size) * size;
  return { first, last: first + size - 1 };
}

const SUBNET = 256;

/** The first /24 of the pool that overlaps nothing in use; undefined when there is none left. */
export function freeSubnet(pool: string, used: readonly string[]): string | undefined {
  const range = parseCidr(pool);
  if (range === undefined) return undefined;
  const taken = used.map(parseCidr).filter((one) => one !== undefined);
  for (let first = range.first; first + SUBNET - 1 <= range.last; first += SUBNET) {
    const last = first + SUBNET - 1;
    if (!taken.some((one) => one.first <= last && first <= one.last)) return `${text(first)}/24`;
  }
  return undefined;
}

export function gatewayOf(subnet: string): string {
  return text((parseCidr(subnet)?.first ?? 0) + 1);
}

/** The first address nobody has after `last`, the one given out before; they are reused as late as possible. */
export function freeAddress(
  subnet: string,
  used: ReadonlySet<string>,
  last: string | undefined,
): string | undefined {
  const range = parseCidr(subnet);
  if (range === undefined) return undefined;
  // network, gateway and broadcast are nobody's
  const all = Array.from({ length: range.last - range.first - 2 }, (_, index) =>
    text(range.first + 2 + index),
  );
  const begin = last === undefined ? 0 : all.indexOf(last) + 1;
  return [...all.slice(begin), ...all.slice(0, begin)].find((address) => !used.has(address));
}

function text(address: number): string {
  return [24, 16, 8, 0].map((shift) => Math.floor(address / 2 ** shift) % 256).join('.');
}
