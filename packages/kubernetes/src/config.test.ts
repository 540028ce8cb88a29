import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AppError } from '@davit/domain';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { loadInClusterConfig, loadKubeconfig } from './config.ts';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'davit-config-'));
});
afterEach(() => rmSync(directory, { recursive: true }));

const file = (name: string, content: string): string => {
  writeFileSync(join(directory, name), content);
  return join(directory, name);
};
const base64 = (text: string): string => Buffer.from(text).toString('base64');
const kubeconfig = (cluster: object, user: object, context: object = {}): string =>
  file(
    'kubeconfig',
    JSON.stringify({
      'current-context': 'main',
      contexts: [{ name: 'main', context: { cluster: 'c', user: 'u', ...context } }],
      clusters: [{ name: 'c', cluster: { server: 'https://k:6443/', ...cluster } }],
      users: [{ name: 'u', user }],
    }),
  );
const codeOf = (run: () => unknown): string => {
  try {
    run();
  } catch (error) {
    return AppError.is(error) ? error.code : String(error);
  }
  return 'nothing thrown';
};

test('reads server, token, inline certificates and namespace of a context', () => {
  const path = kubeconfig(
    { 'certificate-authority-data': base64('CA') },
    { token: 't', 'client-certificate-data': base64('CERT'), 'client-key-data': base64('KEY') },
    { namespace: 'team' },
  );
  const config = loadKubeconfig({ path });
  expect(config).toMatchObject({
    server: 'https://k:6443',
    tls: { ca: 'CA', cert: 'CERT', key: 'KEY', rejectUnauthorized: true },
    namespace: 'team',
  });
  expect(config.authorization()).toBe('Bearer t');
});

test('finds files beside the kubeconfig', () => {
  file('ca.crt', 'CA');
  file('token', 'from-file\n');
  const path = kubeconfig({ 'certificate-authority': 'ca.crt' }, { tokenFile: 'token' });
  const config = loadKubeconfig({ path });
  expect(config.tls.ca).toBe('CA');
  expect(config.authorization()).toBe('Bearer from-file');
});

test('knows passwords, and clusters whose certificate nobody checks', () => {
  const path = kubeconfig(
    { 'insecure-skip-tls-verify': true },
    { username: 'ada', password: 'pw' },
  );
  const config = loadKubeconfig({ path });
  expect(config.tls.rejectUnauthorized).toBe(false);
  expect(config.authorization()).toBe(`Basic ${base64('ada:pw')}`);
});

test('refuses what it cannot do instead of going on without credentials', () => {
  expect(codeOf(() => loadKubeconfig({ path: kubeconfig({}, { exec: {} }) }))).toBe('unsupported');
  const proxied = kubeconfig({ 'proxy-url': 'http://p' }, {});
  expect(codeOf(() => loadKubeconfig({ path: proxied }))).toBe('unsupported');
});

test('says what is missing', () => {
  const path = kubeconfig({}, {});
  expect(codeOf(() => loadKubeconfig({ path, context: 'other' }))).toBe('not_found');
  expect(codeOf(() => loadKubeconfig({ path: join(directory, 'none') }))).toBe('not_found');
  expect(codeOf(() => loadKubeconfig({ path: file('bad', 'a: [') }))).toBe('invalid');
  const lost = kubeconfig({ 'certificate-authority': 'lost.crt' }, {});
  expect(codeOf(() => loadKubeconfig({ path: lost }))).toBe('not_found');
});

test('uses the service account of a pod, and nothing outside one', () => {
  expect(loadInClusterConfig({ host: 'h', port: '443', directory })).toBeUndefined();
  file('ca.crt', 'CA');
  file('token', 'pod-token');
  file('namespace', 'davit');
  expect(loadInClusterConfig({ host: undefined, port: '443', directory })).toBeUndefined();
  const config = loadInClusterConfig({ host: 'fd00::1', port: '443', directory });
  expect(config).toMatchObject({ server: 'https://[fd00::1]:443', namespace: 'davit' });
  expect(config?.authorization()).toBe('Bearer pod-token');
});
