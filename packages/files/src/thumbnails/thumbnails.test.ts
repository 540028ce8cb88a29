import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { FileStore, Logger } from '@davit/domain';
import sharp from 'sharp';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createLocalFileStore } from '../local-file-store.ts';
import { createThumbnails } from './thumbnails.ts';
import { Turnstile } from './turnstile.ts';

const logger: Logger = { log: () => undefined, with: () => logger };
const KEY = 'collection/record/face.png';

let root: string;
let files: FileStore;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'davit-thumbs-'));
  files = createLocalFileStore(root);
});
afterEach(() => rm(root, { recursive: true }));

/** 120 × 60: the left half red, the right half blue; the upper row of pixels white. */
async function store(key: string, type: 'png' | 'jpeg' | 'webp' | 'gif'): Promise<void> {
  const red = await sharp({ create: { width: 60, height: 60, channels: 3, background: 'red' } })
    .png()
    .toBuffer();
  const content = await sharp({
    create: { width: 120, height: 60, channels: 3, background: 'blue' },
  })
    .composite([{ input: red, left: 0, top: 0 }])
    .toFormat(type)
    .toBuffer();
  await files.put(key, content, { contentType: `image/${type}`, originalName: 'Face' });
}

test.each([
  ['50x50', 50, 50],
  ['50x50t', 50, 50],
  ['50x50b', 50, 50],
  ['60x60f', 60, 30],
  ['60x0', 60, 30],
  ['0x20', 40, 20],
  ['240x0', 240, 120],
  ['240x240f', 120, 60],
])('%s is %i × %i', async (size, width, height) => {
  await store(KEY, 'png');
  const thumb = await createThumbnails({ files, logger }).get(KEY, size);
  const made = await sharp(thumb?.content).metadata();
  expect([made.width, made.height, made.format]).toEqual([width, height, 'png']);
});

test('stays where PocketBase looks for it, and is not made again', async () => {
  await store(KEY, 'png');
  const thumbnails = createThumbnails({ files, logger });
  const [first, second] = await Promise.all([
    thumbnails.get(KEY, '50x50'),
    thumbnails.get(KEY, '50x50'),
  ]);
  expect(second).toBe(first);
  const place = 'collection/record/thumbs_face.png/50x50_face.png';
  expect((await files.get(place)).metadata.contentType).toBe('image/png');
  await files.put(place, Buffer.from('kept'), { contentType: 'image/png', originalName: '' });
  const kept = await thumbnails.get(KEY, '50x50');
  expect(Buffer.from(kept?.content ?? []).toString()).toBe('kept');
});

test.each([
  ['jpeg', 'image/jpeg'],
  ['gif', 'image/gif'],
  ['webp', 'image/png'],
] as const)('a picture of type %s becomes %s', async (type, expected) => {
  await store(KEY, type);
  const thumb = await createThumbnails({ files, logger }).get(KEY, '10x10');
  expect(thumb?.metadata.contentType).toBe(expected);
});

test.each(['0x0', 'x', '10x', '10x10q', '../10x10'])('%s is no size', async (size) => {
  await store(KEY, 'png');
  expect(await createThumbnails({ files, logger }).get(KEY, size)).toBeUndefined();
});

test('what is no picture has none', async () => {
  const thumbnails = createThumbnails({ files, logger });
  await files.put(KEY, Buffer.from('text'), { contentType: 'text/plain', originalName: '' });
  expect(await thumbnails.get(KEY, '10x10')).toBeUndefined();
  await files.put(KEY, Buffer.from('broken'), { contentType: 'image/png', originalName: '' });
  expect(await thumbnails.get(KEY, '10x10')).toBeUndefined();
});

test('a turnstile lets so many in at a time, in order, and sends away who waits too long', async () => {
  const turnstile = new Turnstile(1, 5);
  const { promise, resolve } = Promise.withResolvers<string>();
  const first = turnstile.run(() => promise);
  expect(await turnstile.run(() => Promise.resolve('late'))).toBeUndefined();
  const next = turnstile.run(() => Promise.resolve('next'));
  resolve('first');
  expect(await Promise.all([first, next])).toEqual(['first', 'next']);
});
