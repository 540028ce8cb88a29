import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { aRollout } from '../testing.ts';
import { pullSecretOf, renderPullSecrets } from './pull-secret.ts';
import { renderSecret, secretsChecksum } from './secret.ts';

const secrets = [
  { name: 'A', value: 'ünï' },
  { name: 'B', value: '' },
];

test('inline secrets become an Opaque Secret', () => {
  expect(renderSecret(aRollout({ secrets }))).toMatchObject({
    metadata: {
      name: 'shop-secrets',
      labels: { 'one-click.dev/projectId': 'project1', 'one-click.dev/deploymentId': 'shop' },
    },
    type: 'Opaque',
    data: { A: Buffer.from('ünï').toString('base64'), B: '' },
  });
});

test('blanks around names do not count, and of one name the last one does', () => {
  const twice = [
    { name: ' A', value: '1' },
    { name: 'A\n', value: '2' },
  ];
  expect(renderSecret(aRollout({ secrets: twice }))?.data).toEqual({ A: btoa('2') });
});

test('the Secret exists without secrets too, unless another one is named', () => {
  expect(renderSecret(aRollout())).toBeDefined();
  expect(renderSecret(aRollout({ secretsFrom: 'mine' }))).toBeUndefined();
  expect(renderSecret(aRollout({ secretsFrom: 'mine', secrets }))).toBeDefined();
});

test('the checksum is the one of name=value, joined', () => {
  const expected = createHash('sha256').update('A=ünïB=').digest('hex');
  expect(secretsChecksum(aRollout({ secrets }).spec)).toBe(expected);
});

const image = aRollout().spec.image;

test('credentials become a pull Secret under the literal registry', () => {
  const rollout = aRollout({ image: { ...image, username: 'me', password: 'pässword' } });
  const { type, data } = renderPullSecrets(rollout)[0] as unknown as {
    type: string;
    data: Record<string, string>;
  };
  expect(type).toBe('kubernetes.io/dockerconfigjson');
  expect(JSON.parse(Buffer.from(data['.dockerconfigjson']!, 'base64').toString())).toEqual({
    auths: {
      'docker.io': {
        username: 'me',
        password: 'pässword',
        auth: Buffer.from('me:pässword').toString('base64'),
      },
    },
  });
  expect(pullSecretOf(rollout)).toBe('shop-imagepullsecret');
});

test.each([
  [{ username: 'me' }, undefined],
  [{ username: '', password: '' }, undefined],
  [{ username: 'me', password: 'x', pullSecretName: 'other' }, 'other'],
])('%j makes no pull Secret', (credentials, name) => {
  const rollout = aRollout({ image: { ...image, ...credentials } });
  expect(renderPullSecrets(rollout)).toEqual([]);
  expect(pullSecretOf(rollout)).toBe(name);
});
