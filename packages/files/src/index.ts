export { createChosenFileStore } from './chosen-file-store.ts';
export { createS3FileStore } from './s3/s3-file-store.ts';
export type { S3Options } from './s3/s3-file-store.ts';
export { createLocalFileStore } from './local-file-store.ts';
export { createThumbnails } from './thumbnails/thumbnails.ts';
export type { ThumbnailOptions } from './thumbnails/thumbnails.ts';
export { createLocalBackupStore } from './backups/local-backup-store.ts';
export type { LocalBackupStoreOptions } from './backups/local-backup-store.ts';
export { recoverDirectory, replaceDirectory } from './backups/replace-directory.ts';
