import { expect, test } from 'vitest';
import { ndjson } from './ndjson.ts';

async function read(pieces: (string | Uint8Array)[]): Promise<unknown[]> {
  async function* bytes() {
    for (const piece of pieces) yield await Promise.resolve(Buffer.from(piece as string));
  }
  const values: unknown[] = [];
  for await (const value of ndjson(bytes())) values.push(value);
  return values;
}

test('reads values however they are cut, the last one without a line end', async () => {
  const bytes = Buffer.from('{"a":"ü"}\r\n\n{"b":2}\n{"c":3}');
  for (let cut = 1; cut < bytes.length; cut++) {
    expect(await read([bytes.subarray(0, cut), bytes.subarray(cut)])).toEqual([
      { a: 'ü' },
      { b: 2 },
      { c: 3 },
    ]);
  }
});
