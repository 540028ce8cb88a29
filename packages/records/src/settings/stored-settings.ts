import type { CollectionStore, Logger, SecretBox } from '@davit/domain';
import { parseSettings, type Settings } from './settings.ts';

const KEY = 'settings';

/** The settings as they were last read. */
export interface SettingsSource {
  readonly current: Settings;
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

  constructor(parts: SettingsParts) {
    this.#parts = parts;
  }

  get current(): Settings {
    return this.#current;
  }

  async reload(): Promise<void> {
    const stored = await this.#parts.store.getParam(KEY);
    this.#current = parseSettings(typeof stored === 'string' ? this.#open(stored) : stored);
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
