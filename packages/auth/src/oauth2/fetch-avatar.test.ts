import { expect, test } from 'vitest';
import { createAvatarFetcher } from './fetch-avatar.ts';
import { startLoopback } from './loopback.fixture.ts';

test('fetches a picture', async () => {
  await using server = await startLoopback({ '/me/ann.png': 'bytes' });
  const picture = await createAvatarFetcher(() => true)(`${server.url}/me/ann.png`);
  expect(picture).toMatchObject({ name: 'ann.png', contentType: 'application/json' });
  expect(Buffer.from(picture!.content).toString()).toBe('"bytes"');
});

test('does not go to this machine or private networks, whatever the name', async () => {
  await using server = await startLoopback({ '/a.png': 'bytes' });
  const { port } = new URL(server.url);
  const hosts = ['127.0.0.1', 'localhost', '[::1]', '[::ffff:127.0.0.1]', '0.0.0.0', '2130706433'];
  for (const host of hosts) {
    expect(await createAvatarFetcher()(`http://${host}:${port}/a.png`)).toBeUndefined();
  }
  expect(await createAvatarFetcher()('file:///etc/passwd')).toBeUndefined();
  expect(server.seen).toEqual([]);
});
