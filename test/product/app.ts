import type { DeploymentStatus } from '@davit/platform';
import { until } from '@davit/testkit';
import type PocketBase from 'pocketbase';
import type { RecordModel } from 'pocketbase';
import { getOnce } from './get-once.ts';

export interface Ref {
  readonly project: string;
  readonly deployment: string;
}

/** A deployment as its user works with it, over the API. */
export interface ProductApp extends Ref {
  readonly ref: Ref;
  /** Creates a rollout of `davit.test/web:<tag>`, with more of a spec where given. */
  roll(tag: string, spec?: object): Promise<RecordModel>;
  status(): Promise<DeploymentStatus>;
  /** Waits for a phase (and a reason). */
  becomes(phase: string, reason?: string): Promise<DeploymentStatus>;
  /** Waits until the newest of its rollouts runs. */
  runs(rollout: { id: string }): Promise<DeploymentStatus>;
  /** where it answers, once it does */
  serviceUrl(): Promise<string>;
  /** Waits until it answers 200 with this text. */
  serves(text: string): Promise<void>;
}

/** The spec of an app that serves its text on :8080. */
export const webSpec = (tag: string, more: object = {}): object => ({
  image: { registry: 'davit.test', repository: 'web', tag },
  interfaces: [{ name: 'http', port: 8080 }],
  ...more,
});

export const manifestOf = (spec: object): object => ({
  apiVersion: 'one-click.dev/v1alpha1',
  kind: 'Rollout',
  spec,
});

export interface ProductAppParts {
  /** signed in as the app's owner */
  user: PocketBase;
  serviceUrl(ref: Ref): Promise<string>;
}

/** A new project with one deployment of the same name. */
export async function createApp(name: string, parts: ProductAppParts): Promise<ProductApp> {
  const { user } = parts;
  const owner = user.authStore.record?.id ?? '';
  const project = await user.collection('projects').create({ name, user: owner });
  const deployment = await user
    .collection('deployments')
    .create({ name, user: owner, project: project.id });
  const ref = { project: project.id, deployment: deployment.id };
  const status = (): Promise<DeploymentStatus> =>
    user.send(`/api/davit/v1/projects/${ref.project}/deployments/${ref.deployment}/status`, {});
  return {
    ...ref,
    ref,
    status,
    serviceUrl: () => parts.serviceUrl(ref),
    roll: (tag, spec) =>
      user
        .collection('rollouts')
        .create({ ...ref, user: owner, manifest: manifestOf(webSpec(tag, spec)) }),
    becomes: (phase, reason) =>
      reaches(status, {
        what: `${phase} ${reason ?? ''}`,
        is: (seen) => seen.phase === phase && (reason === undefined || seen.reason === reason),
      }),
    runs: ({ id }) =>
      reaches(status, {
        what: `Running ${id}`,
        is: (seen) => seen.phase === 'Running' && seen.rolloutId === id,
      }),
    async serves(text) {
      const url = await parts.serviceUrl(ref);
      const options = { timeout: 60_000, what: `${url} to serve ${text}` };
      await until(async () => (await getOnce(url)) === text, options);
    },
  };
}

/** Waits for a status, and says what was seen last when it does not come. */
async function reaches(
  status: () => Promise<DeploymentStatus>,
  { what, is }: { what: string; is: (seen: DeploymentStatus) => boolean },
): Promise<DeploymentStatus> {
  let last: DeploymentStatus | undefined;
  try {
    return await until(
      async () => {
        last = await status();
        return is(last) && last;
      },
      { timeout: 60_000 },
    );
  } catch (cause) {
    const seen = `${last?.phase} ${last?.reason}: ${last?.message}`;
    throw new Error(`expected ${what}, last seen: ${seen}`, { cause });
  }
}
