import { TokenBucket } from '@davit/controller';
import type { Clock } from '@davit/domain';
import { RecentMap } from './recent-map.ts';

/** What one object may say: as many at once as a bad hour brings, then one a minute. */
const OF_ONE = { burst: 25, perSecond: 1 / 60 };
/** What all say together. */
const OF_ALL = { burst: 100, perSecond: 10 };
const MAX_OBJECTS = 4_096;

/**
 * Which events are told: one object that keeps changing leaves room for the others, and all of them for what else is to
 * be written. What is refused counts for nothing.
 */
export class EventLimit {
  readonly #clock: Clock;
  readonly #ofAll: TokenBucket;
  readonly #ofOne: RecentMap<TokenBucket>;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#ofAll = new TokenBucket({ clock, ...OF_ALL });
    this.#ofOne = new RecentMap(MAX_OBJECTS);
  }

  /** Takes a turn for an event on the object of this id; false where it has none. */
  take(id: string): boolean {
    const known = this.#ofOne.get(id) ?? new TokenBucket({ clock: this.#clock, ...OF_ONE });
    const ofOne = this.#ofOne.set(id, known);
    if (!ofOne.hasTurn || !this.#ofAll.hasTurn) return false;
    ofOne.reserve();
    this.#ofAll.reserve();
    return true;
  }
}
