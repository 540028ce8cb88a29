import type { JsonObject } from '@davit/domain';
import { expect, test } from 'vitest';
import { nestSettings } from './settings-form.ts';

const CURRENT = {
  meta: { appName: 'a', hideControls: false },
  smtp: { port: 587 },
  backups: { cron: '', s3: { bucket: '' } },
  rateLimits: { rules: [{ label: '*' }] },
  superuserIPs: [],
};

test.each<[JsonObject, JsonObject]>([
  [{ 'meta.appName': 'b' }, { meta: { appName: 'b' } }],
  [
    { 'meta.appName': 5, 'meta.hideControls': true },
    { meta: { appName: '5', hideControls: true } },
  ],
  [{ 'meta.hideControls': 1 }, { meta: { hideControls: true } }],
  [{ 'meta.hideControls': '' }, { meta: { hideControls: false } }],
  [{ 'smtp.port': 25 }, { smtp: { port: 25 } }],
  [{ 'smtp.port': '' }, { smtp: { port: 0 } }],
  [{ 'backups.s3.bucket': 'x' }, { backups: { s3: { bucket: 'x' } } }],
  [{ superuserIPs: '1.1.1.1' }, { superuserIPs: ['1.1.1.1'] }],
  [{ superuserIPs: ['1.1.1.1', 2] }, { superuserIPs: ['1.1.1.1', '2'] }],
  [{ meta: { appName: 'of a payload' } }, { meta: { appName: 'of a payload' } }],
  [{ appName: 'b', 'Meta.appName': 'b', meta: '{}', 'rateLimits.rules': 'x' }, { rateLimits: {} }],
])('%j is %j', (form, nested) => {
  expect(nestSettings(form, CURRENT)).toEqual(nested);
});

test.each<JsonObject>([
  { 'smtp.port': 'abc' },
  { 'smtp.port': 1.5 },
  { 'smtp.port': '-' },
  { 'meta.hideControls': 'yes' },
])('%j cannot be read', (form) => {
  expect(() => nestSettings(form, CURRENT)).toThrow(
    'An error occurred while loading the submitted data.',
  );
});
