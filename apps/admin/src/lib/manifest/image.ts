import type { JsonObject } from '@davit/domain';
import type { Manifest } from '#lib/api/records.ts';

export interface ImageParts {
  registry: string;
  repository: string;
  tag: string;
}

/** The registry that images without one come from. */
export const DEFAULT_REGISTRY = 'docker.io';

const NAME = /^[a-z0-9]+(?:[._-]+[a-z0-9]+)*(?:\/[a-z0-9]+(?:[._-]+[a-z0-9]+)*)*$/;
const REFERENCE = /^([A-Za-z0-9.:/_-]+?)(?::([\w][\w.-]{0,127}))?(@sha256:[0-9a-f]{64})?$/;

/**
 * Reads `registry/repository:tag` the way Docker does: the first part is a registry when it looks like a
 * host. A digest follows the tag. Undefined when it cannot be an image.
 */
export function parseImage(text: string): ImageParts | undefined {
  const [, name, tag = 'latest', digest = ''] =
    REFERENCE.exec(text.trim().replace(/^docker:\/\//, '')) ?? [];
  if (name === undefined) return undefined;
  const { registry, path } = splitRegistry(name);
  if (!NAME.test(path)) return undefined;
  const official = registry === DEFAULT_REGISTRY && !path.includes('/');
  return { registry, repository: official ? `library/${path}` : path, tag: tag + digest };
}

function splitRegistry(name: string): { registry: string; path: string } {
  const [first = '', ...rest] = name.split('/');
  const isHost = rest.length > 0 && (/[.:]/.test(first) || first === 'localhost');
  return isHost
    ? { registry: first, path: rest.join('/') }
    : { registry: DEFAULT_REGISTRY, path: name };
}

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
