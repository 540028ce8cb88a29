import { expect, test } from 'vitest';
import { thumbnailLimits } from './thumbnail-limits.ts';

test.each([
  [{}, {}],
  [
    { PB_THUMBS_MAX_WORKERS: '3', PB_THUMBS_MAX_WAIT: '5' },
    { workers: 3, maxWaitMs: 5000 },
  ],
  [{ PB_THUMBS_MAX_WORKERS: '0', PB_THUMBS_MAX_WAIT: 'long' }, {}],
])('thumbnails are limited by %j', (env, limits) => {
  expect(thumbnailLimits(env)).toEqual(limits);
});
