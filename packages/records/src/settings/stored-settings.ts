import type { CollectionStore, Logger, SecretBox } from '@davit/domain';
import { readSettings } from './merge-settings.ts';
import type { SettingsData } from './settings-data.ts';
import { parseSettings, type Settings } from './settings.ts';

const KEY = 'settings';

/** The settings as they were last read. */
export interface SettingsSource {
  readonly current: Settings;
  /** All of them, with secrets. */
  readonly data: SettingsData;
  /** Reads them again: somebody else changed the directory. */
  reload(): Promise<void>;
}

export interface SettingsParts {
  store: CollectionStore;
  /** opens settings that PocketBase has encrypted */
  box?: SecretBox | undefined;
  logger: Logger;
}

export class StoredSettings implements SettingsSource {
  readonly #parts: SettingsParts;
  #current: Settings = parseSettings(undefined);
  #data: SettingsData = readSettings(undefined);

  constructor(parts: SettingsParts) {
    this.#parts = parts;
  }

  get current(): Settings {
    return this.#current;
  }

  get data(): SettingsData {
    return this.#data;
  }

  async reload(): Promise<void> {
    const stored = await this.#parts.store.getParam(KEY);
    const settings = typeof stored === 'string' ? this.#open(stored) : stored;
    this.#current = parseSettings(settings);
    this.#data = readSettings(settings);
  }

  /** Text that is no JSON is encrypted. */
  #open(sealed: string): unknown {
    const { box, logger } = this.#parts;
    try {
      if (box) return JSON.parse(box.open(sealed)) as unknown;
      logger.log('error', 'the settings are encrypted and there is no key: defaults are used');
    } catch (error) {
      logger.log('error', 'the settings cannot be decrypted: defaults are used', {
        error: String(error),
      });
    }
    return undefined;
  }
}
