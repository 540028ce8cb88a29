const DAY_MS = 86_400_000;

/** For how many days a key can be made; '' is for ever, `date` asks for one. */
export const LIFETIMES = [
  ['30', '30 days'],
  ['90', '90 days'],
  ['365', 'One year'],
  ['', 'Never expires'],
  ['date', 'Choose a date…'],
] as const;
export type Lifetime = (typeof LIFETIMES)[number][0];

/** When a key ends, as the server takes it; a chosen day ends at its midnight here. */
export function expiryOf(lifetime: Lifetime, day: string, now: number): string {
  if (lifetime === '') return '';
  if (lifetime !== 'date') return new Date(now + Number(lifetime) * DAY_MS).toISOString();
  const date = new Date(`${day}T23:59:59`);
  // what is no day is for the server to refuse
  return Number.isNaN(date.getTime()) ? 'none' : date.toISOString();
}
