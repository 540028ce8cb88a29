import { expect, test } from 'vitest';
import { demux } from './demux.ts';

const TIME = '2026-01-02T03:04:05.123456789Z';

function frame(stream: number, text: string): Buffer {
  const content = Buffer.from(text);
  const head = Buffer.alloc(8);
  head[0] = stream;
  head.writeUInt32BE(content.length, 4);
  return Buffer.concat([head, content]);
}

async function read(bytes: Buffer, cut: number): Promise<unknown[]> {
  async function* chunks() {
    for (let at = 0; at < bytes.length; at += cut) {
      yield await Promise.resolve(bytes.subarray(at, at + cut));
    }
  }
  const lines: unknown[] = [];
  for await (const line of demux(chunks())) lines.push(line);
  return lines;
}

test('reads lines of both streams, however the bytes are cut', async () => {
  const bytes = Buffer.concat([
    frame(1, `${TIME} héllo\n`),
    frame(2, `${TIME} oh no\r\n`),
    frame(1, `${TIME} \n`),
  ]);
  for (const cut of [1, 3, 8, 1000]) {
    expect(await read(bytes, cut)).toEqual([
      { time: TIME, text: 'héllo' },
      { time: TIME, text: 'oh no' },
      { time: TIME, text: '' },
    ]);
  }
});

test('puts together a line that is spread over frames, beside another stream', async () => {
  const later = TIME.replace('05', '06');
  const bytes = Buffer.concat([
    frame(1, `${TIME} begin `),
    frame(2, `${later} between\n`),
    frame(1, `${later} end\n`),
  ]);
  expect(await read(bytes, 1000)).toEqual([
    { time: later, text: 'between' },
    { time: TIME, text: 'begin end' },
  ]);
});

test('gives what there is of a line that never ends', async () => {
  expect(await read(frame(1, `${TIME} half`), 5)).toEqual([{ time: TIME, text: 'half' }]);
});
