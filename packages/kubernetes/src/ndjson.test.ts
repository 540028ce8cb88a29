import { expect, test } from 'vitest';
import { parseNdjson } from './ndjson.ts';

async function* pieces(text: string, size: number): AsyncGenerator<Uint8Array> {
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; at += size) {
    yield bytes.subarray(at, at + size);
    await Promise.resolve();
  }
}
const all = (text: string, size: number): Promise<unknown[]> =>
  Array.fromAsync(parseNdjson(pieces(text, size)));

test.each([1, 2, 3, 7, 1000])('splits lines and characters anywhere (%i bytes)', async (size) => {
  expect(await all('{"a":"ü😀"}\n\n{"b":2}\n', size)).toEqual([{ a: 'ü😀' }, { b: 2 }]);
});

test('drops a last line that was cut off', async () => {
  expect(await all('{"a":1}\n{"b":', 4)).toEqual([{ a: 1 }]);
});

test('throws on what is no JSON', async () => {
  await expect(all('<html>\n', 100)).rejects.toThrow(SyntaxError);
});
