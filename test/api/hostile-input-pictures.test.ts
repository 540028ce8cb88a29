import { crc32, deflateSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { asker, startWithThings } from './hostile-things.ts';
import type { TestServer } from './server.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startWithThings();
});
afterAll(() => server[Symbol.asyncDispose]());

const ask = asker(() => server);

describe('pictures', () => {
  const huge = pngOf(60_000, 60_000);
  test.each([
    ['that claims to be huge', 'huge.png', huge],
    ['that is cut off', 'cut.png', pngOf(200, 200).subarray(0, 60)],
    [
      'that is a script',
      'svg.svg',
      Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'),
    ],
    ['that is none', 'text.png', Buffer.from('hello')],
  ])('one %s is handed out as it is', async (_name, file, content) => {
    const head = `--B\r\nContent-Disposition: form-data; name="files"; filename="${file}"\r\nContent-Type: image/png\r\n\r\n`;
    const body = Buffer.concat([Buffer.from(head), content, Buffer.from('\r\n--B--\r\n')]);
    const headers = { 'content-type': 'multipart/form-data; boundary=B' };
    const answer = await ask('/api/collections/things/records', { method: 'POST', body, headers });
    expect(answer.status, answer.text).toBe(200);
    const { id, files } = JSON.parse(answer.text) as { id: string; files: [string] };
    const before = process.memoryUsage().rss;
    const response = await fetch(`${server.url}/api/files/things/${id}/${files[0]}?thumb=100x100`);
    expect(response.status).toBe(200);
    expect(Buffer.from(await response.arrayBuffer())).toEqual(content);
    expect(response.headers.get('content-security-policy')).toContain('sandbox');
    expect(process.memoryUsage().rss - before).toBeLessThan(300_000_000);
  });
});

/** A PNG of one colour: a few kilobytes that would unpack to gigabytes. */
function pngOf(width: number, height: number): Buffer {
  const chunk = (type: string, data: Buffer): Buffer => {
    const body = Buffer.concat([Buffer.from(type), data]);
    const frame = Buffer.alloc(8);
    frame.writeUInt32BE(data.length, 0);
    frame.writeUInt32BE(crc32(body), 4);
    return Buffer.concat([frame.subarray(0, 4), body, frame.subarray(4)]);
  };
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header[8] = 8;
  const rows = deflateSync(Buffer.alloc(Math.min(height, 2000) * (width + 1)));
  const signature = Buffer.from('89504e470d0a1a0a', 'hex');
  return Buffer.concat([
    signature,
    chunk('IHDR', header),
    chunk('IDAT', rows),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}
