import type { FileMetadata } from './security.ts';

export interface StoredFile {
  content: Uint8Array;
  metadata: FileMetadata;
  /** milliseconds since the epoch */
  modified: number;
}

/** Smaller pictures of stored files, made when first asked for and stored beside them. */
export interface Thumbnails {
  /**
   * `size`: `100x50` (cropped around the centre), `100x50t` (from the top), `100x50b` (from the bottom), `100x50f`
   * (fits inside), `100x0` and `0x50` (keeps its shape). undefined where there can be none: no picture, no library,
   * too much to do.
   */
  get(key: string, size: string): Promise<StoredFile | undefined>;
}
