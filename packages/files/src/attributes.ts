import type { FileMetadata } from '@davit/domain';

/** The side-car's text, byte for byte as PocketBase writes it. */
export function formatAttributes(metadata: FileMetadata, md5: string): string {
  const attributes = {
    'user.cache_control': '',
    'user.content_disposition': '',
    'user.content_encoding': '',
    'user.content_language': '',
    'user.content_type': metadata.contentType,
    'user.metadata': { 'original-filename': metadata.originalName },
    md5,
  };
  return `${JSON.stringify(attributes)}\n`;
}

/** Anything missing or malformed becomes the neutral value. */
export function parseAttributes(text: string): FileMetadata {
  const attributes = parse(text);
  const contentType = attributes['user.content_type'];
  const metadata = attributes['user.metadata'];
  const originalName = isObject(metadata) ? metadata['original-filename'] : undefined;
  return {
    contentType:
      typeof contentType === 'string' && contentType !== ''
        ? contentType
        : 'application/octet-stream',
    originalName: typeof originalName === 'string' ? originalName : '',
  };
}

function parse(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : {};
  } catch {
    return {};
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
