import { AppError } from '@davit/domain';
import type { SecretBox } from '@davit/domain';
import { expect, test } from 'vitest';
import { MASK, openSecrets, sealSpec } from './seal.ts';

const box: SecretBox = {
  seal: (plain) => `sealed(${plain})`,
  open: (sealed) => sealed.slice(7, -1),
};

const spec = {
  image: { registry: 'r', repository: 'a', tag: '1', username: 'u', password: 'pw' },
  secrets: [
    { name: 'A', value: 'one' },
    { name: 'B', value: 'two' },
  ],
  cronjobs: [{ name: 'nightly', image: { password: 'cron-pw' } }],
};

test('takes every secret value out of the spec and seals it under its name', () => {
  const { spec: masked, sealed } = sealSpec(spec, [], box);
  expect(JSON.stringify(masked)).not.toMatch(/one|two|pw"/);
  expect(Object.fromEntries(openSecrets(sealed, box))).toEqual({
    'env:A': 'one',
    'env:B': 'two',
    pull: 'pw',
    'cron:nightly:pull': 'cron-pw',
  });
  expect(spec.secrets[0]!.value).toBe('one');
});

test('keeps the stored value where the mask is sent back', () => {
  const before = sealSpec(spec, [], box).sealed;
  const changed = {
    ...spec,
    secrets: [
      { name: 'A', value: MASK },
      { name: 'B', value: 'new' },
    ],
  };
  const opened = openSecrets(sealSpec(changed, before, box).sealed, box);
  expect(opened.get('env:A')).toBe('one');
  expect(opened.get('env:B')).toBe('new');
});

test('refuses a mask that stands for nothing, at its path', () => {
  const attempt = (): unknown => sealSpec({ secrets: [{ name: 'X', value: MASK }] }, [], box);
  expect(attempt).toThrow(AppError);
  try {
    attempt();
  } catch (error) {
    expect((error as AppError).data).toMatchObject({
      secrets: { '0': { value: { code: 'validation_missing_secret' } } },
    });
  }
});

test('leaves empty values alone: they are not secrets', () => {
  const empty = { image: { username: '', password: '' }, secrets: [] };
  expect(sealSpec(empty, [], box)).toEqual({ spec: empty, sealed: [] });
});
