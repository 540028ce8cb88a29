export { createLocalFileStore } from './local-file-store.ts';
export { createThumbnails } from './thumbnails/thumbnails.ts';
export type { ThumbnailOptions } from './thumbnails/thumbnails.ts';
