import type { JsonObject } from '@davit/domain';
import type { Manifest } from '#lib/api/records.ts';

export interface ImageParts {
  registry: string;
  repository: string;
  tag: string;
}

/** The registry that images without one come from. */
export const DEFAULT_REGISTRY = 'docker.io';

/**
 * Reads `registry/repository:tag` the way Docker does: the first part is a registry when it looks like a
 * host. A digest follows the tag. Undefined when it cannot be an image.
 */
export function parseImage(text: string): ImageParts | undefined {
  const reference = text.trim().replace(/^docker:\/\//, '');
  const match = /^([^@]+?)(?::([\w][\w.-]{0,127}))?(?:@(sha256:[0-9a-f]{64}))?$/.exec(reference);
  const name = match?.[1];
  if (name === undefined || !/^[a-zA-Z0-9.:/_-]+$/.test(name)) return undefined;
  const [first = '', ...rest] = name.split('/');
  const hasRegistry = rest.length > 0 && (/[.:]/.test(first) || first === 'localhost');
  const path = hasRegistry ? rest.join('/') : name;
  if (!/^[a-z0-9]+(?:[._-]+[a-z0-9]+)*(?:\/[a-z0-9]+(?:[._-]+[a-z0-9]+)*)*$/.test(path))
    return undefined;
  const registry = hasRegistry ? first : DEFAULT_REGISTRY;
  return {
    registry,
    repository: registry === DEFAULT_REGISTRY && !path.includes('/') ? `library/${path}` : path,
    tag: match?.[3] === undefined ? (match?.[2] ?? 'latest') : digestTag(match[2], match[3]),
  };
}

const digestTag = (tag: string | undefined, digest: string): string =>
  `${tag ?? 'latest'}@${digest}`;

/** Written as people write it: without docker.io and library. */
export function formatImage({ registry, repository, tag }: ImageParts): string {
  const official = registry === DEFAULT_REGISTRY || registry === '';
  const name = official ? repository.replace(/^library\//, '') : `${registry}/${repository}`;
  return tag === '' ? name : `${name}:${tag}`;
}

/** The image of a manifest, or '' where it has none. */
export function imageOf(manifest: Manifest | undefined): string {
  const image = manifest?.spec?.['image'] as JsonObject | undefined;
  const text = (key: string): string => (typeof image?.[key] === 'string' ? image[key] : '');
  if (text('repository') === '') return '';
  return formatImage({
    registry: text('registry'),
    repository: text('repository'),
    tag: text('tag'),
  });
}
