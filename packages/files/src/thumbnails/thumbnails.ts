import { availableParallelism } from 'node:os';
import { AppError } from '@davit/domain';
import type { FileStore, Logger, StoredFile, Thumbnails } from '@davit/domain';
import { renderThumb } from './render-thumb.ts';
import { parseThumbSize } from './thumb-size.ts';
import type { ThumbSize } from './thumb-size.ts';
import { Turnstile } from './turnstile.ts';

const PICTURES = new Set(['png', 'jpg', 'jpeg', 'gif', 'webp'].map((type) => `image/${type}`));

export interface ThumbnailOptions {
  files: FileStore;
  logger: Logger;
  /** pictures made at a time; default: cores + 2 */
  workers?: number;
  /** how long a picture may wait for its turn; default 60 s */
  maxWaitMs?: number;
}

/** Thumbnails in PocketBase's places: `<record>/thumbs_<name>/<size>_<name>`. */
export function createThumbnails(options: ThumbnailOptions): Thumbnails {
  const { files, logger } = options;
  const workers = options.workers ?? availableParallelism() + 2;
  const turnstile = new Turnstile(workers, options.maxWaitMs ?? 60_000);
  /** Everybody who asks for the same picture meanwhile gets the same one. */
  const underWay = new Map<string, Promise<StoredFile | undefined>>();

  async function make(
    key: string,
    place: string,
    size: ThumbSize,
  ): Promise<StoredFile | undefined> {
    const { content, metadata } = await files.get(key);
    const { contentType } = metadata;
    if (!PICTURES.has(contentType.split(';')[0] ?? '')) return undefined;
    const thumb = await turnstile.run(() => renderThumb(content, contentType, size));
    if (!thumb) return undefined;
    const own = { contentType: thumb.contentType, originalName: metadata.originalName };
    await files.put(place, thumb.content, own);
    return { content: thumb.content, metadata: own, modified: Date.now() };
  }

  async function attempt(
    key: string,
    place: string,
    size: ThumbSize,
  ): Promise<StoredFile | undefined> {
    try {
      return await make(key, place, size);
    } catch (error) {
      logger.log('warn', 'a thumbnail was not made', { key, error: String(error) });
      return undefined;
    }
  }

  return {
    async get(key, text) {
      const size = parseThumbSize(text);
      if (!size) return undefined;
      const place = placeOf(key, text);
      const stored = await find(files, place);
      if (stored) return stored;
      let making = underWay.get(place);
      if (!making) {
        making = attempt(key, place, size).finally(() => underWay.delete(place));
        underWay.set(place, making);
      }
      return making;
    },
  };
}

function placeOf(key: string, size: string): string {
  const slash = key.lastIndexOf('/');
  const [folder, name] = [key.slice(0, slash), key.slice(slash + 1)];
  return `${folder}/thumbs_${name}/${size}_${name}`;
}

async function find(files: FileStore, key: string): Promise<StoredFile | undefined> {
  try {
    return await files.get(key);
  } catch (error) {
    if (AppError.is(error, 'not_found')) return undefined;
    throw error;
  }
}
