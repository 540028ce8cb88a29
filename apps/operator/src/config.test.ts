import { expect, test } from 'vitest';
import { ConfigError, parseConfig } from './config.ts';

const IN_CLUSTER = { KUBERNETES_SERVICE_HOST: '10.96.0.1', KUBERNETES_SERVICE_PORT: '443' };

test('inside a cluster nothing has to be said', () => {
  expect(parseConfig(IN_CLUSTER, [])).toEqual({
    command: 'run',
    inCluster: { host: '10.96.0.1', port: '443' },
    namespaces: [],
    workers: 4,
    leaderElect: true,
    leaseName: 'davit-operator',
    logLevel: 'info',
  });
});

test('reads every flag', () => {
  const flags = '--kubeconfig /k --context c --namespaces a,b --workers 2 --leader-elect';
  const more = '--lease-name b --metrics :8080 --health [::1]:8081 --log-level debug';
  expect(parseConfig({}, `${flags} ${more}`.split(' '))).toMatchObject({
    kubeconfig: { path: '/k', context: 'c' },
    namespaces: ['a', 'b'],
    workers: 2,
    leaderElect: true,
    leaseName: 'b',
    metrics: { port: 8080 },
    health: { host: '::1', port: 8081 },
    logLevel: 'debug',
  });
});

test('a kubeconfig is used only when asked for', () => {
  expect(() => parseConfig({ KUBECONFIG: '/k' }, [])).toThrow(/not inside a cluster/);
  expect(parseConfig({ KUBECONFIG: '/k' }, ['--context', 'c'])).toMatchObject({
    kubeconfig: { path: '/k', context: 'c' },
    leaderElect: false,
  });
});

test('leader election can be turned off', () => {
  expect(parseConfig(IN_CLUSTER, ['--no-leader-elect'])).toMatchObject({ leaderElect: false });
});

test('the lease is named by the environment, or by a flag before it', () => {
  const env = { ...IN_CLUSTER, DAVIT_LEASE_NAME: 'shop' };
  expect(parseConfig(env, [])).toMatchObject({ leaseName: 'shop' });
  expect(parseConfig(env, ['--lease-name', 'blog'])).toMatchObject({ leaseName: 'blog' });
  expect(() => parseConfig(env, ['--lease-name', 'Blog_'])).toThrow(/--lease-name/);
});

test('tells all problems at once', () => {
  const argv = ['--workers', '0', '--metrics', 'nowhere', '--log-level', 'loud'];
  let problems: readonly string[] = [];
  try {
    parseConfig({}, argv);
  } catch (error) {
    problems = (error as ConfigError).problems;
  }
  expect(problems).toHaveLength(4);
});

test.each([
  [['crds'], 'crds'],
  [['rbac'], 'rbac'],
  [['version'], 'version'],
  [['--version'], 'version'],
  [['help'], 'help'],
  [['run', '-h'], 'help'],
])('%j is the command %s', (argv, command) => {
  expect(parseConfig({}, argv).command).toBe(command);
});

test.each([[['fly']], [['--fly']], [['run', 'now']]])('refuses %j', (argv) => {
  expect(() => parseConfig(IN_CLUSTER, argv)).toThrow(ConfigError);
});
