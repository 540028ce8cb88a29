import { createSecretBox } from '@davit/auth';
import type { CollectionStore } from '@davit/domain';
import { expect, test } from 'vitest';
import { mergeSettings } from './merge-settings.ts';
import { defaultSettings } from './settings-data.ts';
import { parseSettings } from './settings.ts';
import { validateSettings } from './validate-settings.ts';
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

test('null empties a value, and a part with all its values', () => {
  const { meta, smtp, logs } = mergeSettings(defaultSettings(), {
    meta: { appName: null, hideControls: null },
    SMTP: null,
    logs: { maxDays: null },
  });
  expect(meta).toMatchObject({ appName: '', hideControls: false });
  expect(smtp).toMatchObject({ host: '', port: 0, enabled: false });
  expect(logs.maxDays).toBe(0);
});

test('new rules take nothing from the rules they replace', () => {
  const { rateLimits } = mergeSettings(defaultSettings(), {
    rateLimits: { rules: [{ label: 'a' }] },
  });
  expect(rateLimits.rules).toEqual([{ label: 'a', audience: '', duration: 0, maxRequests: 0 }]);
  for (const rules of [['x'], 'x', [5]]) {
    expect(() => mergeSettings(defaultSettings(), { rateLimits: { rules } })).toThrow('loading');
  }
});

test.each([
  [{ meta: { accentColor: 'red' } }, 'The length must be exactly 7.'],
  [{ meta: { accentColor: 'redblue' } }, 'Must be a valid hexadecimal color code.'],
  [{ backups: { cron: '61 * * * *' } }, 'Invalid segment value - must be between the min'],
])('complains about %j: %s', (given, message) => {
  const complaints = validateSettings(mergeSettings(defaultSettings(), given));
  expect(JSON.stringify(complaints)).toContain(message);
});
