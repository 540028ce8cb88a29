import type { Crons, Records } from '@davit/records';
import type { RateLimiter } from './rate-limiter.ts';

const ID = '__pbRateLimitersCleanup__';

/** Once an hour, a little beside the jobs of the full hour, while requests are limited at all. */
export function scheduleCleanUp(
  limiter: RateLimiter,
  { crons, records }: { crons: Crons; records: Records },
): void {
  const schedule = (): void => {
    crons.remove(ID);
    if (!records.settings.current.rateLimits.enabled) return;
    const run = (): Promise<void> => Promise.resolve(limiter.cleanUp());
    crons.add({ id: ID, expression: '2 * * * *', run });
  };
  schedule();
  records.hooks.onSettingsReload(
    async (event) => {
      await event.next();
      schedule();
    },
    { id: ID },
  );
}
