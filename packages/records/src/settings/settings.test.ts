import { createSecretBox } from '@davit/auth';
import type { CollectionStore } from '@davit/domain';
import { expect, test } from 'vitest';
import { parseSettings } from './settings.ts';
import { StoredSettings } from './stored-settings.ts';

const holding = (value: unknown): CollectionStore => ({
  loadCollections: () => Promise.resolve([]),
  getParam: () => Promise.resolve(value),
  setParam: () => Promise.resolve(),
  setParamText: () => Promise.resolve(),
});

test('nothing stored means the defaults', () => {
  const { batch, rateLimits, superuserIPs } = parseSettings(undefined);
  expect(batch).toEqual({ enabled: false, maxRequests: 50, timeout: 3, maxBodySize: 0 });
  expect(rateLimits.enabled).toBe(false);
  expect(rateLimits.rules).toHaveLength(4);
  expect(superuserIPs).toEqual([]);
});

test('what is of another kind counts as missing', () => {
  const { batch, trustedProxy } = parseSettings({ batch: [], trustedProxy: { headers: ['a', 1] } });
  expect(batch.maxRequests).toBe(50);
  expect(trustedProxy.headers).toEqual(['a']);
});

test('encrypted settings are opened with their key, and nothing else takes their place', async () => {
  const box = createSecretBox(Buffer.alloc(32, 'a'));
  const store = holding(box.seal('{"batch":{"enabled":true}}'));
  const withKey = new StoredSettings({ store, box });
  await withKey.reload();
  expect(withKey.current.batch.enabled).toBe(true);
  await expect(new StoredSettings({ store }).reload()).rejects.toThrow('set PB_ENCRYPTION_KEY');
  const other = new StoredSettings({ store, box: createSecretBox(Buffer.alloc(32, 'b')) });
  await expect(other.reload()).rejects.toThrow('is not their key');
});
