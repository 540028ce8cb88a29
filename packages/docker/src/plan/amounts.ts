import { canonicalQuantity } from '@davit/rollout';

const UNITS: Record<string, number> = {
  n: 1e-9,
  u: 1e-6,
  m: 1e-3,
  '': 1,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  P: 1e15,
  E: 1e18,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
  Pi: 2 ** 50,
  Ei: 2 ** 60,
};

/** A Kubernetes quantity as a number; 0 for what is none. */
function numberOf(quantity: string): number {
  const [, digits = '0', unit = ''] =
    /^(\d+)(e\d+|[A-Za-z]*)$/.exec(canonicalQuantity(quantity)) ?? [];
  if (/^e\d+$/.test(unit)) return Number(`${digits}${unit}`);
  return Number(digits) * (UNITS[unit] ?? 0);
}

export const wholeBytes = (quantity: string): number => Math.ceil(numberOf(quantity));
/** Docker counts CPU in billionths of a core. */
export const nanoCpus = (quantity: string): number => Math.round(numberOf(quantity) * 1e9);
