import type { DeploymentRef, DriverEvent, RolloutDriver, RolloutObservation } from '@davit/domain';
import { until } from '../until.ts';

/** What a driver's watch has told so far. */
export interface DriverWatch extends AsyncDisposable {
  /** every event's type, in order */
  readonly types: readonly DriverEvent['type'][];
  /** the newest observation; undefined when there is none, or it was removed */
  of(ref: DeploymentRef): RolloutObservation | undefined;
  /** Waits for an observation that passes. */
  sees(
    ref: DeploymentRef,
    passes: (observation: RolloutObservation) => boolean,
  ): Promise<RolloutObservation>;
  told(type: DriverEvent['type'], count?: number): Promise<void>;
  gone(ref: DeploymentRef): Promise<void>;
}

const PATIENCE = { timeout: 150_000, interval: 100 };

export function watchDriver(driver: RolloutDriver): DriverWatch {
  const types: DriverEvent['type'][] = [];
  const newest = new Map<string, RolloutObservation>();
  const stop = new AbortController();
  const read = async (): Promise<void> => {
    for await (const event of driver.watch({ signal: stop.signal })) {
      types.push(event.type);
      if (event.type === 'observed') newest.set(keyOf(event.observation), event.observation);
      if (event.type === 'removed') newest.delete(keyOf(event.ref));
    }
  };
  const reading = read();
  const of = (ref: DeploymentRef): RolloutObservation | undefined => newest.get(keyOf(ref));
  return {
    types,
    of,
    async sees(ref, passes) {
      try {
        return await until(
          () => {
            const observation = of(ref);
            return observation !== undefined && passes(observation) && observation;
          },
          { ...PATIENCE, what: 'an observation' },
        );
      } catch (cause) {
        throw new Error(`last seen: ${JSON.stringify(of(ref))}`, { cause });
      }
    },
    async told(type, count = 1) {
      const what = `${type} (so far: ${types.join(', ')})`;
      await until(() => types.filter((one) => one === type).length >= count, { ...PATIENCE, what });
    },
    async gone(ref) {
      await until(() => of(ref) === undefined && types.includes('removed'), {
        ...PATIENCE,
        what: 'the removal',
      });
    },
    async [Symbol.asyncDispose]() {
      stop.abort();
      await reading;
    },
  };
}

const keyOf = ({ projectId, deploymentId }: DeploymentRef): string =>
  `${projectId}/${deploymentId}`;
