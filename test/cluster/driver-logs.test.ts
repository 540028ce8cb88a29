import type { LogLine, LogOptions, RolloutDriver } from '@davit/domain';
import { createKubernetesDriver, KubeHttp, loadKubeconfig } from '@davit/kubernetes';
import { faultProxy, until } from '@davit/testkit';
import type { Cluster, FaultProxy } from '@davit/testkit';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { noCluster, theCluster } from './provided.ts';
import { installCrd } from './install-crd.ts';

describe.skipIf(noCluster)('logs of real pods', () => {
  let cluster: Cluster;
  let proxy: FaultProxy;
  let kube: KubeHttp;
  let driver: RolloutDriver;
  const projectId = `logs-${Date.now().toString(36)}`;
  const ref = { projectId, deploymentId: 'shop' };
  const logger = { log: () => undefined, with: () => logger };
  let ends: AbortController;

  beforeAll(async () => {
    cluster = await theCluster();
    proxy = await faultProxy(cluster);
    kube = new KubeHttp({ config: loadKubeconfig({ path: proxy.kubeconfig! }) });
    driver = createKubernetesDriver({ kube, installationId: projectId, logger });
    await installCrd(cluster);
    const image = { registry: 'docker.io', repository: 'library/nginx', tag: '1' };
    await driver.apply(
      {
        ...ref,
        rolloutId: 'rollout1',
        // only the pods made below shall run, with or without an operator
        spec: { image, suspend: true },
        secrets: {},
        project: { name: 'logs', userId: 'user', username: 'user' },
      },
      { signal: AbortSignal.timeout(20_000) },
    );
  });
  afterAll(async () => {
    await driver?.removeProject(projectId, {
      deleteData: true,
      signal: AbortSignal.timeout(20_000),
    });
    await driver?.close();
    await kube?.close();
    await proxy?.[Symbol.asyncDispose]();
  });

  beforeEach(() => {
    ends = new AbortController();
  });
  afterEach(async () => {
    ends.abort();
    await cluster.kubectl(
      '-n',
      projectId,
      'delete',
      'pods',
      '--all',
      '--grace-period=0',
      '--force',
    );
  });

  /** Runs a shell script in a pod of the deployment. */
  async function run(name: string, script: string): Promise<void> {
    await until(() => cluster.kubectl('-n', projectId, 'get', 'serviceaccount', 'default'));
    await cluster.apply({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: {
        name,
        namespace: projectId,
        labels: { 'one-click.dev/deploymentId': 'shop', 'one-click.dev/projectId': projectId },
      },
      spec: {
        terminationGracePeriodSeconds: 0,
        restartPolicy: 'OnFailure',
        containers: [
          {
            name: 'shop',
            image: 'davit.test/web:1',
            imagePullPolicy: 'Never',
            command: ['sh', '-c', script],
          },
        ],
      },
    });
  }

  async function read(options: Partial<LogOptions> = {}): Promise<LogLine[]> {
    const lines: LogLine[] = [];
    const signal = AbortSignal.timeout(20_000);
    for await (const line of driver.logs(ref, { follow: false, signal, ...options })) {
      lines.push(line);
    }
    return lines;
  }

  function follow(options: Partial<LogOptions> = {}): LogLine[] {
    const lines: LogLine[] = [];
    const { signal } = ends;
    void (async () => {
      for await (const line of driver.logs(ref, { follow: true, signal, ...options })) {
        lines.push(line);
      }
    })();
    return lines;
  }
  const texts = (lines: LogLine[], instance?: string): string[] =>
    lines.filter((line) => instance === undefined || line.instance === instance).map((l) => l.text);
  const written = (name: string, text: string) =>
    until(async () => (await cluster.kubectl('-n', projectId, 'logs', name)).includes(text));

  test('what was written is merged by time, with whole characters and long lines', async () => {
    const long = 'head -c 40000 /dev/zero | tr "\\0" x; echo';
    await run('one', `echo zwölf 🚢; sleep 1; ${long}; sleep 600`);
    await run('two', 'echo zweiter; sleep 1; echo letzter; sleep 600');
    await written('one', 'xxx');
    await written('two', 'letzter');
    const lines = await read();
    expect(texts(lines, 'one')).toEqual(['zwölf 🚢', 'x'.repeat(40_000)]);
    expect(texts(lines, 'two')).toEqual(['zweiter', 'letzter']);
    expect(lines.map(({ time }) => time)).toEqual(lines.map(({ time }) => time).sort());
    expect(lines[0]).toMatchObject({ container: 'shop' });
    expect(lines[0]!.time).toMatch(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/);
    expect(texts(await read({ instance: 'two' }))).toEqual(['zweiter', 'letzter']);
    expect(texts(await read({ instance: 'two', tail: 1 }))).toEqual(['letzter']);
    const sinceTime = '2999-01-01T00:00:00Z';
    expect(await read({ sinceTime })).toEqual([]);
    await expect(read({ instance: 'nobody' })).rejects.toMatchObject({ code: 'not_found' });
  });

  test('instances that come later are followed, too', async () => {
    await run('one', 'i=0; while :; do echo one-$i; i=$((i+1)); sleep 1; done');
    const lines = follow();
    await until(() => texts(lines, 'one').length > 0);
    await run('two', 'echo hello; sleep 600');
    await until(() => texts(lines, 'two').length === 1);
    const count = texts(lines, 'one').length;
    await until(() => texts(lines, 'one').length > count);
  });

  test('a run after a crash is followed; the one before it is the previous one', async () => {
    await run('one', 'echo started; sleep 1; exit 1');
    const lines = follow();
    await until(() => texts(lines).length >= 2);
    expect(texts(lines).slice(0, 2)).toEqual(['started', 'started']);
    expect(texts(await read({ previous: true }))).toEqual(['started']);
  });

  test('a broken connection loses no line and repeats none', async () => {
    await run(
      'one',
      'i=0; while [ $i -lt 60 ]; do echo $i; i=$((i+1)); sleep 0.1; done; sleep 600',
    );
    const lines = follow();
    await until(() => lines.length > 10);
    proxy.reset();
    await until(() => lines.length > 25);
    proxy.reset();
    await until(() => texts(lines).at(-1) === '59', { timeout: 40_000 });
    expect(texts(lines)).toEqual(Array.from({ length: 60 }, (_, i) => String(i)));
  });

  test('following one instance ends with it', async () => {
    await run('one', 'echo started; sleep 600');
    const lines: LogLine[] = [];
    const following = (async () => {
      const options = { instance: 'one', follow: true, signal: ends.signal };
      for await (const line of driver.logs(ref, options)) lines.push(line);
    })();
    await until(() => lines.length === 1);
    await cluster.kubectl('-n', projectId, 'delete', 'pod', 'one', '--wait=false');
    await following;
    expect(ends.signal.aborted).toBe(false);
  });
});
