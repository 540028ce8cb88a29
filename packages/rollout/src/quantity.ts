const SUFFIXES: Record<string, bigint> = {
  '': 10n ** 9n,
  n: 1n,
  u: 10n ** 3n,
  m: 10n ** 6n,
  k: 10n ** 12n,
  M: 10n ** 15n,
  G: 10n ** 18n,
  T: 10n ** 21n,
  P: 10n ** 24n,
  E: 10n ** 27n,
  Ki: (10n ** 9n) << 10n,
  Mi: (10n ** 9n) << 20n,
  Gi: (10n ** 9n) << 30n,
  Ti: (10n ** 9n) << 40n,
  Pi: (10n ** 9n) << 50n,
  Ei: (10n ** 9n) << 60n,
};
const QUANTITY =
  /^\+?(?=\.?[0-9])([0-9]*)(?:\.([0-9]*))?([KMGTPE]i|[numkMGTPE]|[eE]\+?[0-9]{1,2})?$/;

/** A Kubernetes quantity in billionths (rounded up); undefined when it is none. */
export function nanosOf(quantity: string): bigint | undefined {
  const match = QUANTITY.exec(quantity);
  if (match === null) return undefined;
  const [, whole = '', fraction = '', suffix = ''] = match;
  const unit = SUFFIXES[suffix] ?? 10n ** (9n + BigInt(suffix.slice(1)));
  const nanos = divideUp(BigInt(whole + fraction) * unit, 10n ** BigInt(fraction.length));
  return suffix.endsWith('i') && nanos > MOST_BINARY ? MOST_BINARY : nanos;
}

/** The API server reads more than 8 Ei as this; powers of ten it reads as they are. */
const MOST_BINARY = (2n ** 63n - 1n) * 10n ** 9n;

const divideUp = (value: bigint, by: bigint): bigint => (value + by - 1n) / by;

/** Negative, zero or positive. What is no quantity counts as zero: the pattern complains about it already. */
export function compareQuantities(a: string, b: string): number {
  const difference = (nanosOf(a) ?? 0n) - (nanosOf(b) ?? 0n);
  if (difference === 0n) return 0;
  return difference < 0n ? -1 : 1;
}

const DECIMAL = ['n', 'u', 'm', '', 'k', 'M', 'G', 'T', 'P', 'E'];
const BINARY = ['', 'Ki', 'Mi', 'Gi', 'Ti', 'Pi', 'Ei'];

/**
 * The one way the API server writes this amount (1024Mi is 1Gi, 0.5 is 500m). Rendered objects use it, so that they
 * equal what is read back.
 */
export function canonicalQuantity(quantity: string): string {
  const nanos = nanosOf(quantity);
  if (nanos === undefined) return quantity;
  if (nanos === 0n) return '0';
  if (quantity.endsWith('i') && nanos >= SUFFIX_KI) {
    const [bytes, power] = reduce(divideUp(nanos, 10n ** 9n), 1024n, BINARY.length - 1);
    return `${bytes}${BINARY[power]}`;
  }
  const [value, power] = reduce(nanos, 1000n, DECIMAL.length - 1);
  if (!/[eE]\+?[0-9]+$/.test(quantity)) return `${value}${DECIMAL[power]}`;
  return power === 3 ? `${value}` : `${value}e${(power - 3) * 3}`;
}

const SUFFIX_KI = 1024n * 10n ** 9n;

/** Takes `factor` out as often as it goes, at most `limit` times. */
function reduce(value: bigint, factor: bigint, limit: number): [bigint, number] {
  let [rest, power] = [value, 0];
  while (power < limit && rest % factor === 0n) [rest, power] = [rest / factor, power + 1];
  return [rest, power];
}
