/** A kind of object as the API server's paths name it. */
export interface ResourceType {
  /** `v1` or `group/version` */
  apiVersion: string;
  kind: string;
  plural: string;
}

export interface ResourcePathOptions {
  namespace?: string | undefined;
  name?: string | undefined;
  subresource?: string;
}

/** `/api/v1/namespaces/a/pods/b/log`, `/apis/apps/v1/deployments`, … */
export function resourcePath(
  type: Pick<ResourceType, 'apiVersion' | 'plural'>,
  options: ResourcePathOptions = {},
): string {
  const { namespace, name, subresource } = options;
  const root = type.apiVersion.includes('/') ? '/apis' : '/api';
  const parts = [root, type.apiVersion];
  if (namespace !== undefined) parts.push('namespaces', segment(namespace));
  parts.push(type.plural);
  if (name !== undefined) parts.push(segment(name));
  if (subresource !== undefined) parts.push(subresource);
  return parts.join('/');
}

/** Encoding leaves dots alone, and a path normaliser would eat `..`. */
function segment(value: string): string {
  return value === '.' || value === '..' || value === '' ? '%2E' : encodeURIComponent(value);
}
