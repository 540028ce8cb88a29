export { createApp } from './app.ts';
export type { AppOptions } from './app.ts';
export { platformRouter } from './platform/router.ts';
export { collectionJson } from './records/collection-json.ts';
