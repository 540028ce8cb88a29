import type { ThumbnailOptions } from '@davit/files';

export type ThumbnailLimits = Pick<ThumbnailOptions, 'workers' | 'maxWaitMs'>;

/** PocketBase's variables; what is no whole number above 0 counts as missing, as there. */
export function thumbnailLimits(
  env: Readonly<Record<string, string | undefined>>,
): ThumbnailLimits {
  const workers = positive(env.PB_THUMBS_MAX_WORKERS);
  const seconds = positive(env.PB_THUMBS_MAX_WAIT);
  return {
    ...(workers !== undefined && { workers }),
    ...(seconds !== undefined && { maxWaitMs: seconds * 1000 }),
  };
}

function positive(value: string | undefined): number | undefined {
  const number = /^\d+$/.test(value ?? '') ? Number(value) : 0;
  return number > 0 && Number.isSafeInteger(number) ? number : undefined;
}
