import { cp, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createOperator } from '@davit/operator-app';
import { controlPlane, has, temporaryDirectory, until } from '@davit/testkit';
import type { ControlPlane } from '@davit/testkit';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { CHART, helm } from './helm.ts';
import { aRollout } from './operator-world.ts';

const patient = { timeout: 60_000, interval: 250 };
const CRD = 'crd/rollouts.one-click.dev';

describe.runIf(has('api') && has('helm'))('the chart, installed as it comes', () => {
  let plane: ControlPlane;
  /** a chart of the next version, whose definition says more */
  let next: string;
  let definition: string;
  const opened = new AsyncDisposableStack();
  beforeAll(async () => {
    plane = opened.use(await controlPlane({ controllerManager: true }));
    const folder = opened.use(await temporaryDirectory('chart'));
    next = join(folder.path, 'davit-operator');
    await cp(CHART, next, { recursive: true });
    definition = join(next, 'files/rollouts.one-click.dev.yaml');
    const text = await readFile(definition, 'utf8');
    await writeFile(definition, text.replace('shortNames:\n', 'shortNames:\n      - davits\n'));
    await plane.kubectl('create', 'namespace', 'shop');
  });
  afterAll(() => opened.disposeAsync());

  const release = (name: string, chart: string, ...more: string[]): Promise<string> => {
    const where = ['--namespace', `of-${name}`, '--create-namespace'];
    return helm(plane.kubeconfig, 'upgrade', '--install', name, chart, ...where, ...more);
  };
  const operator = 'davit-operator';
  const get = (...args: string[]): Promise<string> => plane.kubectl('get', ...args);
  const shortNames = (): Promise<string> => get(CRD, '-o', 'jsonpath={.spec.names.shortNames}');
  const inShop = (what: string): Promise<string> => get(what, '-n', 'shop', '-o', 'name');

  /** Works as the release's pods would, under its account, until a Rollout has its children. */
  async function work(): Promise<void> {
    await using folder = await temporaryDirectory('account');
    const path = join(folder.path, 'kubeconfig');
    const token = await plane.kubectl('create', 'token', operator, '-n', `of-${operator}`);
    const administrator = await readFile(plane.kubeconfig, 'utf8');
    const account = administrator
      .replace(plane.token, token.trim())
      .replace('"context":{', `"context":{"namespace":"of-${operator}",`);
    await writeFile(path, account);
    const running = createOperator({
      command: 'run',
      kubeconfig: { path },
      inCluster: { host: undefined, port: undefined },
      namespaces: [],
      workers: 1,
      leaderElect: true,
      leaseName: operator,
      logLevel: 'error',
    });
    const stop = new AbortController();
    const ended = running.run(stop.signal);
    const volumes = [{ name: 'data', mountPath: '/data', size: '1Gi' }];
    await until(() => running.ready, { what: 'the operator', timeout: 60_000 });
    await plane.apply(aRollout('shop', { volumes }));
    await vi.waitFor(
      async () => expect(await inShop('service')).toContain('http-web-svc'),
      patient,
    );
    stop.abort();
    await ended;
  }

  test('installs the definition, and rights its operator can work under', async () => {
    await release(operator, CHART);
    await plane.kubectl('wait', CRD, '--for=condition=Established', '--timeout=60s');
    await work();
    expect(await inShop('pvc')).toContain('data-web');
  });

  test('an upgrade brings the next definition', async () => {
    expect(await shortNames()).not.toContain('davits');
    await release(operator, next);
    await vi.waitFor(async () => expect(await shortNames()).toContain('davits'), patient);
    expect(await inShop('rollout')).toBe('rollout.one-click.dev/web\n');
  });

  test('a definition that is no part of the release any more stays', async () => {
    await release(operator, next, '--set', 'crds.install=false');
    expect(await inShop('rollout')).toBe('rollout.one-click.dev/web\n');
    await release(operator, next);
  });

  test('uninstalling keeps definition, Rollouts, claims and all that runs', async () => {
    const where = ['--namespace', `of-${operator}`];
    const uid = ['-o', 'jsonpath={.items[*].metadata.uid}', '-n', 'shop'];
    const before = await get('rollout,deployment,service,pvc', ...uid);
    await helm(plane.kubeconfig, 'uninstall', operator, ...where, '--wait');
    await expect(get('deployment', operator, ...where)).rejects.toThrow(/not found/);
    // what is deleted in the background is marked at once
    const marks = ['-o', 'jsonpath={.metadata.deletionTimestamp}'];
    expect(await get(CRD, ...marks)).toBe('');
    expect(await get('rollout,deployment,service,pvc', ...uid)).toBe(before);
    await release(operator, CHART);
  });

  test('a definition that somebody applied is handed over when that is asked for', async () => {
    await helm(plane.kubeconfig, 'uninstall', operator, '--namespace', `of-${operator}`, '--wait');
    await plane.kubectl('delete', CRD);
    await plane.kubectl('apply', '-f', join(CHART, 'files/rollouts.one-click.dev.yaml'));
    await expect(release(operator, CHART)).rejects.toThrow(/cannot be imported/);
    await release(operator, next, '--take-ownership', '--force-conflicts');
    expect(await shortNames()).toContain('davits');
  });

  test('each release has a lease of its own, and keeps the one it began with', async () => {
    const args = (name: string): Promise<string> => {
      const path = 'jsonpath={.spec.template.spec.containers[0].args}';
      return get('deployment', `${name}-davit-operator`, '-n', `of-${name}`, '-o', path);
    };
    const without = ['--set', 'crds.install=false,replicas=0'];
    await release('new', CHART, ...without);
    expect(await args('new')).toContain('--lease-name=new-davit-operator');
    await release('old', CHART, ...without, '--set', 'leaseName=davit-operator');
    expect(await args('old')).not.toContain('--lease-name');
    for (const name of ['new', 'old']) await release(name, CHART, ...without);
    expect(await args('new')).toContain('--lease-name=new-davit-operator');
    expect(await args('old')).not.toContain('--lease-name');
    const rules = ['role', 'old-davit-operator-lease', '-n', 'of-old', '-o', 'json'];
    expect(await get(...rules)).toContain('"davit-operator"\n');
  });
});
