import type {
  Clock,
  EventBus,
  Logger,
  PlatformStore,
  RecordStore,
  RolloutDriver,
  SecretBox,
} from '@davit/domain';
import type { Records } from '@davit/records';

/** What the platform is made of; given by the composition root. */
export interface PlatformParts {
  records: Records;
  driver: RolloutDriver;
  store: RecordStore & PlatformStore;
  box: SecretBox;
  bus: EventBus;
  clock: Clock;
  logger: Logger;
}

/** PocketBase's date layout. */
export function timestamp(clock: Clock): string {
  return new Date(clock.now()).toISOString().replace('T', ' ');
}

/** A record's text field; '' for anything else. */
export const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');
