import { AppError } from '@davit/domain';
import type { KubeHttp } from '@davit/kubernetes';
import { renderCrd } from '@davit/rollout';

/** As much of a schema as tells which fields there are. */
export interface Schema {
  properties?: Record<string, Schema>;
  items?: Schema;
  additionalProperties?: Schema | boolean;
  'x-kubernetes-preserve-unknown-fields'?: boolean;
}

const PATH = '/openapi/v3/apis/one-click.dev/v1alpha1';
const NAME = 'dev.one-click.v1alpha1.Rollout';

/**
 * What the API server knows of Rollouts, which everybody who is let in may read. Undefined where it does not say;
 * otherwise throws as every request does.
 */
export async function servedSchema(
  http: Pick<KubeHttp, 'get'>,
  signal: AbortSignal,
): Promise<Schema | undefined> {
  try {
    const answer = await http.get<{ components?: { schemas?: Record<string, Schema> } }>(PATH, {
      signal,
    });
    return answer.components?.schemas?.[NAME];
  } catch (error) {
    if (AppError.is(error, 'not_found')) return undefined;
    throw error;
  }
}

/** Paths of spec and status that this operator knows and that schema does not: they are thrown away. */
export function missingFields(served: Schema): string[] {
  const { versions } = (renderCrd() as { spec: { versions: { schema: Own }[] } }).spec;
  const { spec = {}, status = {} } = versions[0]?.schema.openAPIV3Schema.properties ?? {};
  return missing({ properties: { spec, status } }, served, '');
}

interface Own {
  openAPIV3Schema: Schema;
}

function missing(own: Schema, served: Schema, path: string): string[] {
  if (served['x-kubernetes-preserve-unknown-fields']) return [];
  const known = served.properties ?? {};
  const here = Object.entries(own.properties ?? {}).flatMap(([name, schema]) => {
    const at = path === '' ? name : `${path}.${name}`;
    const there = known[name];
    return there ? missing(schema, there, at) : [at];
  });
  const inside = ([part, mark]: readonly ['items' | 'additionalProperties', string]): string[] => {
    const [mine, theirs] = [own[part], served[part]];
    const both = typeof mine === 'object' && typeof theirs === 'object';
    return both ? missing(mine, theirs, `${path}${mark}`) : [];
  };
  return [...here, ...inside(['items', '[]']), ...inside(['additionalProperties', '.*'])];
}
