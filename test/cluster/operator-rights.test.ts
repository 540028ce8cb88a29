import { readFileSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  createOperator,
  LEASE_RULES,
  NAMESPACE_RULES,
  ORIGINAL_RULES,
  renderRbac,
  RULES,
} from '@davit/operator-app';
import type { Operator, OperatorOverrides } from '@davit/operator-app';
import type { LogFields, Logger } from '@davit/domain';
import { RESOURCES } from '@davit/kubernetes';
import { answerProxy, controlPlane, has, temporaryDirectory } from '@davit/testkit';
import type { AnswerProxy, ControlPlane } from '@davit/testkit';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { everything } from './everything.ts';
import { aRollout, operatorWorld } from './operator-world.ts';
import type { Fields } from './operator-world.ts';

const patient = { timeout: 60_000, interval: 100 };
const routes = new URL('../fixtures/gateway-api/httproutes.yaml', import.meta.url);

/** Nobody makes a request for it. */
const WITHOUT_REQUESTS = [
  // asked of who makes a child that holds up its owner, by API servers that check that
  'update rollouts/finalizers.one-click.dev',
];

type Rule = (typeof RULES)[number];

/** `verb resource.group` of all that is allowed. */
function allowed(rules: readonly Rule[]): string[] {
  const each = rules.flatMap(({ apiGroups: [group = ''], resources, verbs }) =>
    resources.flatMap((resource) => verbs.map((verb) => `${verb} ${resource}.${group}`)),
  );
  return [...new Set(each)].sort();
}

const PATH =
  /^\/(?:api|apis\/(?<group>[^/]+))\/v[^/]+(?:\/namespaces\/[^/]+)?\/(?<resource>[^/]+)(?:\/(?<name>[^/]+))?(?:\/(?<part>[^/]+))?$/;
const VERBS: Record<string, string> = {
  POST: 'create',
  PUT: 'update',
  PATCH: 'patch',
  DELETE: 'delete',
};

/** The right a request `METHOD /path?query` takes. */
function taken(request: string): string {
  const [method = '', target = ''] = request.split(' ');
  const { pathname, searchParams } = new URL(target, 'https://api');
  const { group = '', resource, name, part } = PATH.exec(pathname)?.groups ?? {};
  const read = name ? 'get' : searchParams.get('watch') === 'true' ? 'watch' : 'list';
  return `${VERBS[method] ?? read} ${resource}${part ? `/${part}` : ''}.${group}`;
}

describe.runIf(has('api'))('the rights of the operator, on a real API server', () => {
  let plane: ControlPlane;
  let proxy: AnswerProxy;
  const opened = new AsyncDisposableStack();
  beforeAll(async () => {
    plane = opened.use(await controlPlane({ controllerManager: true }));
    await plane.apply(readFileSync(routes, 'utf8'));
    await plane.apply(...renderRbac('davit'));
    const token = await plane.kubectl('create', 'token', 'davit-operator', '-n', 'davit');
    const directory = opened.use(await temporaryDirectory('rights'));
    const kubeconfig = join(directory.path, 'kubeconfig');
    const administrator = await readFile(plane.kubeconfig, 'utf8');
    await writeFile(kubeconfig, administrator.replace(plane.token, token.trim()));
    proxy = opened.use(await answerProxy({ url: plane.url, kubeconfig }));
    // where the operator lives, which its service account says inside a cluster
    const own = await readFile(proxy.kubeconfig!, 'utf8');
    await writeFile(
      proxy.kubeconfig!,
      own.replace('"context":{', '"context":{"namespace":"davit",'),
    );
  });
  afterAll(() => opened.disposeAsync());

  /** An operator with these rights, for all namespaces. */
  const running = (overrides: OperatorOverrides = {}): Operator & AsyncDisposable => {
    const operator = createOperator(
      {
        ...{ command: 'run', kubeconfig: { path: proxy.kubeconfig! }, namespaces: [] },
        inCluster: { host: undefined, port: undefined },
        ...{ workers: 1, leaderElect: false, leaseName: 'davit-operator', logLevel: 'error' },
        ...{ health: { port: 0 }, metrics: { port: 0 } },
      },
      overrides,
    );
    const stop = new AbortController();
    const ended = operator.run(stop.signal);
    const end = (): Promise<void> => {
      stop.abort();
      return ended;
    };
    return Object.assign(operator, { [Symbol.asyncDispose]: end });
  };
  // whoever is let in may read what there is
  const isOpen = (request: string): boolean => request.includes(' /openapi/');
  const used = (): Set<string> =>
    new Set(proxy.requests.filter((request) => !isOpen(request)).map(taken));
  /** Waits until each of these kinds was used so. */
  const made = (verb: string, kinds: readonly string[]): Promise<void> =>
    vi.waitFor(() => {
      const wanted = kinds.map((kind) => {
        const { apiVersion, plural } = RESOURCES[kind as keyof typeof RESOURCES];
        return `${verb} ${plural}.${apiVersion.includes('/') ? apiVersion.replace(/\/.*/, '') : ''}`;
      });
      expect([...used()]).toEqual(expect.arrayContaining(wanted));
    }, patient);

  test('it makes use of every one of them, and of no other', async () => {
    // its answers lost, everything is made and found to be there
    for (const kind of [...APPLIED, ...OTHERS]) {
      const { plural } = RESOURCES[kind];
      const body = { kind: 'Status', status: 'Failure', reason: 'AlreadyExists', code: 409 };
      const path = new RegExp(`/${plural}\\?`);
      proxy.answer({ path, method: 'POST', status: 409, body, times: 1, afterwards: true });
    }
    await using world = await operatorWorld(plane, {
      kubeconfig: proxy.kubeconfig!,
      leaderElect: true,
    });
    const apply = (spec: Fields): Promise<string> => world.apply(aRollout(world.namespace, spec));
    const [cron] = everything.cronjobs;
    const [kept, scratch] = everything.volumes;
    const all = {
      ...everything,
      cronjobs: [{ ...cron, runAt: '2026-01-01T00:00:00Z' }],
    };
    await apply(all);
    await made('create', [...APPLIED, ...OTHERS, 'Event']);
    await made('get', [...APPLIED, ...OTHERS]);

    const plurals = APPLIED.map((kind) => RESOURCES[kind].plural).join(',');
    const spoil = (kinds: string): Promise<string> =>
      world.kubectl('annotate', kinds, '--all', 'davit.dev/applied-hash-');
    await world.settled();
    await spoil(plurals);
    await apply({ ...all, volumes: [{ ...kept, reclaim: 'Delete' }, scratch] });
    await made('patch', [...APPLIED, 'PersistentVolumeClaim']);
    // the same once more is counted, not told anew
    for (let i = 0; i < 2; i++) {
      await world.settled();
      await spoil('poddisruptionbudgets');
    }
    await made('patch', ['Event']);

    const { metadata } = await world.get<{ metadata: { uid: string } }>('rollout', 'web');
    await world.apply(sharedAccount(world.namespace, metadata.uid));
    const job = { mode: 'job', serviceAccountName: 'shared', interfaces: [] };
    await apply(job);
    await made('patch', ['ServiceAccount']);
    await made('delete', [...APPLIED, 'ServiceAccount', 'PersistentVolumeClaim']);
    await apply({ ...job, suspend: true });
    await made('patch', ['Job']);
    await apply({ ...job, args: ['again'] });
    await made('delete', ['Job']);
    await world.kubectl('delete', 'rollout', 'web');

    const rights = allowed([...RULES, ...LEASE_RULES, ...ORIGINAL_RULES]);
    await vi.waitFor(() => {
      expect([...used(), ...WITHOUT_REQUESTS].sort()).toEqual(rights);
    }, patient);
  });

  test('that of all namespaces sees their labels', async () => {
    await using operator = running();
    await vi.waitFor(() => expect(operator.ready).toBe(true), patient);
    const rights = allowed(NAMESPACE_RULES);
    await vi.waitFor(() => {
      expect([...used()].filter((right) => right.includes(' namespaces.')).sort()).toEqual(rights);
    }, patient);
  });

  test('a definition that is too old is told where people and machines look', async () => {
    const fields = '/spec/versions/0/schema/openAPIV3Schema/properties/spec/properties';
    const patch = [{ op: 'remove', path: `${fields}/probes` }];
    const crd = ['crd', 'rollouts.one-click.dev', '--type=json', '-p', JSON.stringify(patch)];
    await plane.kubectl('patch', ...crd);
    // the API server tells a moment later of what it does
    await vi.waitFor(async () => {
      const said = await plane.kubectl('get', '--raw', '/openapi/v3/apis/one-click.dev/v1alpha1');
      expect(said).not.toContain('"probes":');
    }, patient);
    await using operator = running();
    const ask = async (port: number | undefined, path: string): Promise<string> =>
      (await fetch(`http://127.0.0.1:${port}${path}`)).text();
    await vi.waitFor(async () => {
      expect(await ask(operator.ports.health, '/readyz')).toBe(
        'ok, leads, but the definition of Rollouts is too old and loses spec.probes\n',
      );
    }, patient);
    expect(await ask(operator.ports.metrics, '/metrics')).toContain('davit_crd_outdated 1');
  });

  test('what is said of a Rollout names it and the reconcile', async () => {
    const lines: LogFields[] = [];
    const logger = (fields: LogFields): Logger => ({
      log: (_level, msg, more) => void lines.push({ msg, ...fields, ...more }),
      with: (more) => logger({ ...fields, ...more }),
    });
    await using started = new AsyncDisposableStack();
    started.use(running({ logger: logger({}) }));
    await plane.apply(aRollout('default', { nodeSelector: { 'not a label': 'x' } }, 'wrong'));
    const line = {
      msg: 'not as asked for',
      rollout: 'default/wrong',
      reconcileId: expect.stringMatching(/^[0-9a-f]{8}$/) as string,
    };
    await vi.waitFor(() => expect(lines).toContainEqual(expect.objectContaining(line)), patient);
    await plane.kubectl('delete', 'rollout', 'wrong');
  });

  test('what it has no use for is refused', async () => {
    const may = (...what: string[]): Promise<string> => {
      const account = '--as=system:serviceaccount:davit:davit-operator';
      return plane.kubectl('auth', 'can-i', ...what, account).catch(() => 'no');
    };
    expect(await may('patch', 'deployments.apps')).toMatch('yes');
    for (const [verb, what] of [
      ['deletecollection', 'persistentvolumeclaims'],
      ['update', 'secrets'],
      ['update', 'rollouts'],
      ['get', 'pods'],
      ['create', 'pods'],
    ] as const) {
      expect(await may(verb, what), `${verb} ${what}`).toMatch('no');
    }
    const lease = ['lease', '--namespace=davit'];
    expect(await may('update', 'lease/davit-operator', '--namespace=davit')).toMatch('yes');
    expect(await may('update', 'lease/another', '--namespace=davit')).toMatch('no');
    expect(await may('create', ...lease)).toMatch('yes');
    expect(await may('list', ...lease)).toMatch('no');
  });
});

/** Kept as rendered by apply. */
const APPLIED = [
  'Deployment',
  'Service',
  'Secret',
  'ConfigMap',
  'Ingress',
  'HTTPRoute',
  'CronJob',
  'NetworkPolicy',
  'PodDisruptionBudget',
  'HorizontalPodAutoscaler',
] as const;
/** Changed in a way of their own. */
const OTHERS = ['ServiceAccount', 'PersistentVolumeClaim', 'Job'] as const;

/** As the original operator left it: to be taken from all when this Rollout goes. */
function sharedAccount(namespace: string, uid: string): object {
  const owner = { apiVersion: 'one-click.dev/v1alpha1', kind: 'Rollout', name: 'web', uid };
  return {
    apiVersion: 'v1',
    kind: 'ServiceAccount',
    metadata: {
      ...{ name: 'shared', namespace },
      ownerReferences: [{ ...owner, controller: true, blockOwnerDeletion: true }],
    },
  };
}
