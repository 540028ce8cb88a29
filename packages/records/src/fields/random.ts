import { randomBytes } from 'node:crypto';

const ALPHABET = 'abcdefghijklmnopqrstuvwxyz0123456789';
const POOL_SIZE = 4096;
let pool = new Uint8Array();
let used = 0;

/** A uniformly distributed integer in [0, limit), limit ≤ 65,536, from the cryptographic generator. */
export function randomInteger(limit: number): number {
  const fair = 65_536 - (65_536 % limit);
  for (;;) {
    const value = nextByte() * 256 + nextByte();
    if (value < fair) return value % limit;
  }
}

export function randomText(length: number, alphabet: string = ALPHABET): string {
  let text = '';
  while (text.length < length) text += alphabet[randomInteger(alphabet.length)] ?? '';
  return text;
}

/** A record id as PocketBase makes them. */
export function randomId(): string {
  return randomText(15);
}

// One call for many bytes: asking for two at a time costs more than everything else in an insert.
function nextByte(): number {
  if (used >= pool.length) {
    pool = randomBytes(POOL_SIZE);
    used = 0;
  }
  return pool[used++] ?? 0;
}
