import type { RequestInfo } from '../request.ts';
import type { SettingsData } from './settings-data.ts';

interface Asynchronous {
  /** Runs the rest of the chain; resolves when everything after this handler is done. */
  next(): Promise<void>;
}

export interface SettingsListRequestEvent extends Asynchronous {
  request: RequestInfo;
  /** a copy; may be changed */
  settings: SettingsData;
}

export interface SettingsUpdateRequestEvent extends Asynchronous {
  request: RequestInfo;
  previous: SettingsData;
  /** what will be checked and stored; may be changed before `next()` */
  settings: SettingsData;
}

/** Around every reading of the settings from the store: the new ones are there after `next()`. */
export type SettingsReloadEvent = Asynchronous;
