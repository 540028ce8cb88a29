import { expect, test } from 'vitest';
import { linesOf } from './log-lines.ts';

async function lines(chunks: Uint8Array[], maxBytes?: number): Promise<string[]> {
  // eslint-disable-next-line @typescript-eslint/require-await
  async function* source(): AsyncGenerator<Uint8Array> {
    yield* chunks;
  }
  const found: string[] = [];
  for await (const line of linesOf(source(), maxBytes)) found.push(line);
  return found;
}

const bytes = Buffer.from('eins\nzwölf 🚢 Boote\r\n\nEnde ohne Umbruch');

test('mends characters wherever the stream is cut', async () => {
  for (let size = 1; size <= bytes.length; size++) {
    const chunks: Uint8Array[] = [];
    for (let at = 0; at < bytes.length; at += size) chunks.push(bytes.subarray(at, at + size));
    expect(await lines(chunks)).toEqual(['eins', 'zwölf 🚢 Boote', '', 'Ende ohne Umbruch']);
  }
});

test('cuts long lines between characters', async () => {
  expect(await lines([Buffer.from('ääääää\nb\n')], 5)).toEqual(['ää', 'ää', 'ää', 'b']);
  const long = await lines([Buffer.from('🚢'.repeat(100))], 10);
  expect(long.join('')).toBe('🚢'.repeat(100));
  expect(Math.max(...long.map((line) => Buffer.byteLength(line)))).toBeLessThanOrEqual(10);
});

test('bytes that are no UTF-8 do not stop it', async () => {
  const found = await lines([Buffer.alloc(50, 0x80), Buffer.from('\nok\n')], 8);
  expect(found.at(-1)).toBe('ok');
});
