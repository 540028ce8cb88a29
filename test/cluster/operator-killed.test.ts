import { join } from 'node:path';
import { answerProxy, childProcess, controlPlane, has, until } from '@davit/testkit';
import type { AnswerProxy, Child, ControlPlane } from '@davit/testkit';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { installCrd } from './install-crd.ts';
import { NamespaceView } from './namespace-view.ts';
import { aRollout, createAs } from './operator-world.ts';
import type { Fields } from './operator-world.ts';
import { originalObjects } from './original-objects.ts';

const OPERATOR = join(import.meta.dirname, '../../apps/operator/dist/main.js');
const soak = process.env['DAVIT_SOAK'] === '1';
/** The writes at which it is killed: before they are made, or before it learns of that. */
const STEPS = soak ? Array.from({ length: 8 }, (_, index) => index + 1) : [1, 2, 4];
const timeout = soak ? 900_000 : 240_000;
const patient = { timeout: 60_000, interval: 100 };
const WRITE = /^(POST|PATCH|PUT|DELETE)$/;
/** Everything but leases and events. */
const CHILDREN = /\/namespaces\/[^/]+\/(?!events|leases)/;

const image = (tag: string): object => ({ registry: 'davit.test', repository: 'web', tag });
const volumes = [{ name: 'data', mountPath: '/data', size: '1Gi' }];
const extras = {
  files: [{ path: '/etc/app.yaml', content: 'a: 1' }],
  networkPolicy: 'project',
  disruptionBudget: { minAvailable: 1 },
  cronjobs: [{ name: 'tidy', image: image('1'), schedule: '@daily', suspend: false }],
};
/** The fields of One-Click's objects. */
const classic = {
  serviceAccountName: 'one-click',
  volumes,
  env: [
    { name: 'A', value: '1' },
    { name: 'OLD', value: '1' },
  ],
};
const fickle = { rollback: 'auto', progressDeadlineSeconds: 3, drainSeconds: 0 };

interface Meta {
  metadata: { name: string; uid: string; generation: number; ownerReferences?: { uid: string }[] };
}
interface Deployment extends Meta {
  spec: { template: { spec: { containers: { image: string }[] } } };
}
interface Pod extends Meta {
  spec: { containers: { name: string; image: string }[] };
  status: { phase: string };
}

/** Where one operator after the other is killed. */
class Scene {
  readonly #plane: ControlPlane;
  readonly #view: NamespaceView;
  readonly namespace: string;
  step = 0;

  constructor(plane: ControlPlane, namespace: string) {
    this.#plane = plane;
    this.namespace = namespace;
    this.#view = new NamespaceView(plane, namespace);
  }

  apply(spec: Fields): Promise<string> {
    return this.#plane.apply(aRollout(this.namespace, { volumes, ...spec }));
  }

  kubectl(...args: string[]): Promise<string> {
    return this.#plane.kubectl('-n', this.namespace, ...args);
  }

  get<T = Fields>(...what: Parameters<NamespaceView['get']>): Promise<T> {
    return this.#view.get<T>(...what);
  }

  createAs(manager: string, ...objects: object[]): Promise<void> {
    return createAs((...args) => this.kubectl(...args), manager, objects);
  }

  list: NamespaceView['list'] = (...kinds) => this.#view.list(...kinds);

  async status(): Promise<Fields> {
    const rollout = await this.get<Meta & { status?: Fields }>('rollout', 'web');
    expect(rollout.status?.observedGeneration).toBe(rollout.metadata.generation);
    return rollout.status ?? {};
  }

  /** Everything is there for this image, and told. */
  async runs(tag: string): Promise<void> {
    await this.status();
    for (const [kind, name] of CHILD) await this.get(kind, name);
    const deployment = await this.get<Deployment>('deployment', 'web');
    expect(deployment.spec.template.spec.containers[0]?.image).toBe(`davit.test/web:${tag}`);
  }

  async gone(): Promise<void> {
    const names = ['rollout', 'deployment', 'service', 'secret', 'configmap', 'cronjob'] as const;
    const left = await this.list<Meta>(...names);
    expect(left.filter(({ metadata }) => metadata.name !== 'kube-root-ca.crt')).toEqual([]);
  }

  /** What a kubelet says of pods that work. */
  async serve(tag: string): Promise<void> {
    for (const { metadata, spec, status } of await this.list<Pod>('pod')) {
      const ours = spec.containers.some((one) => one.image === `davit.test/web:${tag}`);
      if (!ours || status.phase === 'Running') continue;
      const conditions = [{ type: 'Ready', status: 'True' }];
      const change = JSON.stringify({ status: { phase: 'Running', conditions } });
      const patch = ['--subresource=status', '--type=merge', '-p', change];
      await this.kubectl('patch', 'pod', metadata.name, ...patch);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#view.close();
    await this.#plane.kubectl('delete', 'namespace', this.namespace, '--wait=false');
  }
}

const CHILD = [
  ['sa', 'web-sa'],
  ['pvc', 'data-web'],
  ['secret', 'web-secrets'],
  ['service', 'http-web-svc'],
] as const;

interface Scenario {
  /** makes what is there before; the operator is at work */
  before?(scene: Scene): Promise<unknown>;
  /** what the operator is killed in the middle of */
  act(scene: Scene): Promise<unknown>;
  /** throws until it got there */
  after(scene: Scene): Promise<void>;
  /** the operator is away while `before` and `act` are */
  alone?: boolean;
}

const removed = async (scene: Scene): Promise<void> => {
  await scene.kubectl('delete', 'rollout', 'web', '--ignore-not-found');
  await vi.waitFor(() => scene.gone(), patient);
};

const scenarios: Record<string, Scenario> = {
  'make one': {
    before: removed,
    act: (scene) => scene.apply({}),
    after: (scene) => scene.runs('1'),
  },
  'change one': {
    before: async (scene) => {
      await scene.apply({});
      await vi.waitFor(() => scene.runs('1'), patient);
    },
    act: (scene) => scene.apply({ image: image('2'), secrets: [{ name: 'S', value: 'x' }] }),
    after: (scene) => scene.runs('2'),
  },
  'prune one': {
    before: async (scene) => {
      await scene.apply(extras);
      await vi.waitFor(() => scene.get('cronjob', 'tidy'), patient);
    },
    act: (scene) => scene.apply({}),
    after: async (scene) => {
      await scene.runs('1');
      const names = ['configmap', 'cronjob'] as const;
      const left = (await scene.list<Meta>(...names)).map(({ metadata }) => metadata.name);
      expect(left).toEqual(['kube-root-ca.crt']);
    },
  },
  'adopt one': {
    alone: true,
    before: removed,
    act: async (scene) => {
      await scene.kubectl('delete', 'pvc,sa', '--all', '--wait=true');
      await scene.apply(classic);
      await originalObjects(scene);
    },
    after: async (scene) => {
      await scene.status();
      for (const [kind, name] of [
        ['pvc', 'data-web'],
        ['sa', 'one-click'],
      ] as const) {
        const { metadata } = await scene.get<Meta>(kind, name);
        expect(metadata.ownerReferences ?? []).toEqual([]);
      }
      const sets = await scene.kubectl('get', 'rs', '-o', 'name');
      expect(sets.trim().split('\n')).toHaveLength(1);
    },
  },
  'take one back': {
    before: async (scene) => {
      await scene.apply(fickle);
      await vi.waitFor(async () => {
        await scene.serve('1');
        expect(await scene.status()).toMatchObject({ phase: 'Running' });
        await scene.get('secret', 'web-revision');
      }, patient);
    },
    act: (scene) => scene.apply({ ...fickle, image: image(`broken-${scene.step}`) }),
    after: async (scene) => {
      await scene.serve('1');
      expect(await scene.status()).toMatchObject({ phase: 'Degraded', reason: 'RolledBack' });
      await scene.runs('1');
    },
  },
  'delete one and make it anew': {
    before: async (scene) => {
      await scene.apply({});
      await vi.waitFor(() => scene.runs('1'), patient);
    },
    act: async (scene) => {
      await scene.kubectl('delete', 'rollout', 'web');
      await scene.apply({});
    },
    after: (scene) => scene.runs('1'),
  },
};

describe.runIf(has('api'))('an operator that is killed', { timeout, concurrent: true }, () => {
  let plane: ControlPlane;
  beforeAll(async () => {
    plane = await controlPlane({ controllerManager: true });
    await installCrd(plane);
  });
  afterAll(() => plane?.[Symbol.asyncDispose]());

  let count = 0;
  const sceneOf = async (): Promise<Scene> => {
    const namespace = `killed-${(count += 1)}`;
    await plane.kubectl('create', 'namespace', namespace);
    return new Scene(plane, namespace);
  };

  test.each(Object.entries(scenarios))(
    'in the middle of its work to %s',
    async (_what, scenario) => {
      await using scene = await sceneOf();
      await using proxy = await answerProxy(plane);
      const { namespace } = scene;
      const start = (): Promise<Child> => operator(proxy, namespace);
      let running = await start();
      try {
        for (const step of STEPS) {
          scene.step = step;
          await scenario.before?.(scene);
          await quiet(proxy);
          if (scenario.alone) await kill(running);
          proxy.clear();
          proxy.answer({
            ...{ path: CHILDREN, method: WRITE, skip: step - 1, status: 0 },
            afterwards: step % 2 === 0,
          });
          await scenario.act(scene);
          if (scenario.alone) running = await start();
          await reached(proxy, step);
          await kill(running);
          const claim = await uidOf(scene);
          proxy.clear();
          running = await start();
          await vi.waitFor(() => scenario.after(scene), patient);
          await quiet(proxy);
          await noOrphans(scene);
          if (claim !== undefined) expect(await uidOf(scene)).toBe(claim);
        }
        await kill(running);
        proxy.clear();
        running = await start();
        await quiet(proxy);
        expect(writes(proxy)).toEqual([]);
      } finally {
        await kill(running);
      }
    },
  );
});

/** Waits until the write at which it is to be killed is on its way; there may be fewer of them. */
async function reached(proxy: AnswerProxy, step: number): Promise<void> {
  const what = `write ${step}`;
  if (!soak) return void (await until(() => writes(proxy).length >= step, { ...patient, what }));
  await Promise.race([
    until(() => writes(proxy).length >= step, { ...patient, what }),
    quiet(proxy, 10_000),
  ]);
}

async function kill(running: Child): Promise<void> {
  running.kill('SIGKILL');
  await running.ended;
}

function operator(proxy: AnswerProxy, namespace: string): Promise<Child> {
  const flags = ['--kubeconfig', proxy.kubeconfig!, '--namespaces', namespace];
  return childProcess(process.execPath, [OPERATOR, ...flags], {
    ready: /"msg":"ready"/,
    timeout: 60_000,
  });
}

/** The data of the Rollout, once there. */
async function uidOf(scene: Scene): Promise<string | undefined> {
  const claims = await scene.list<Meta>('pvc');
  return claims.find(({ metadata }) => metadata.name === 'data-web')?.metadata.uid;
}

/** Every child belongs to the Rollout there is. */
async function noOrphans(scene: Scene): Promise<void> {
  const { metadata } = await scene.get<Meta>('rollout', 'web');
  const children = await scene.list<Meta>('deployment', 'service', 'cronjob', 'ingress');
  const owners = children.map((child) => child.metadata.ownerReferences?.map(({ uid }) => uid));
  expect(owners).toEqual(children.map(() => [metadata.uid]));
}

function writes({ requests }: AnswerProxy): string[] {
  return requests.filter((request) => {
    const [method = '', path = ''] = request.split(' ');
    return WRITE.test(method) && CHILDREN.test(path);
  });
}

/** Waits until nothing was written for a while. */
async function quiet(proxy: AnswerProxy, ms = 1_500): Promise<void> {
  let [count, since] = [-1, 0];
  await until(() => {
    const now = writes(proxy).length;
    if (now !== count) [count, since] = [now, Date.now()];
    return Date.now() - since > ms;
  }, patient);
}
