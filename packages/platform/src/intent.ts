import type { JsonObject, RolloutIntent } from '@davit/domain';
import { MASK } from './seal.ts';

export interface IntentSource {
  deployment: { id: string; project: string; slug?: string };
  project: { name: string; user: string; username: string; slug?: string };
  rollout: { id: string; spec: JsonObject };
  /** opened values by sealed name */
  secrets: Map<string, string>;
  suspended: boolean;
}

const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');

/** What the engine shall hold for a deployment: the snapshot without its secrets, which travel beside it. */
export function intentOf(source: IntentSource): RolloutIntent {
  const spec = structuredClone(source.rollout.spec);
  const pull = takePullCredentials(spec, source.secrets);
  const secrets = takeEnvSecrets(spec, source.secrets);
  if (source.suspended) spec.suspend = true;
  return {
    projectId: source.deployment.project,
    deploymentId: source.deployment.id,
    rolloutId: source.rollout.id,
    spec,
    secrets,
    ...(pull === undefined ? {} : { pull }),
    ...slugIn(source.deployment),
    project: {
      name: source.project.name,
      userId: source.project.user,
      username: source.project.username,
      ...slugIn(source.project),
    },
  };
}

/** Records that another backend made have none. */
const slugIn = ({ slug = '' }: { slug?: string }): { slug?: string } =>
  slug === '' ? {} : { slug };

function takeEnvSecrets(spec: JsonObject, opened: Map<string, string>): Record<string, string> {
  const secrets: Record<string, string> = {};
  if (Array.isArray(spec.secrets)) {
    for (const entry of spec.secrets as JsonObject[]) {
      const name = textOf(entry.name);
      const value = textOf(entry.value);
      secrets[name] = value === MASK ? (opened.get(`env:${name}`) ?? '') : value;
    }
  }
  delete spec.secrets;
  return secrets;
}

function takePullCredentials(
  spec: JsonObject,
  opened: Map<string, string>,
): RolloutIntent['pull'] | undefined {
  const image = spec.image as JsonObject;
  const username = textOf(image.username);
  const password = opened.get('pull') ?? '';
  const registry = textOf(image.registry);
  delete image.username;
  delete image.password;
  if (username === '' || password === '') return undefined;
  return { registry, username, password };
}
