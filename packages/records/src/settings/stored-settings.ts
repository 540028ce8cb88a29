import { AppError, type CollectionStore, type SecretBox } from '@davit/domain';
import { readSettings } from './merge-settings.ts';
import type { SettingsData } from './settings-data.ts';
import { parseSettings, type Settings } from './settings.ts';

const KEY = 'settings';

/** The settings as they were last read. */
export interface SettingsSource {
  readonly current: Settings;
  /** All of them, with secrets. */
  readonly data: SettingsData;
  /** Reads them again: somebody else changed the directory. Errors: `invalid` (encrypted with another key). */
  reload(): Promise<void>;
}

export interface SettingsParts {
  store: CollectionStore;
  /** opens settings that PocketBase has encrypted */
  box?: SecretBox | undefined;
}

export class StoredSettings implements SettingsSource {
  readonly #parts: SettingsParts;
  #current: Settings = parseSettings(undefined);
  #data: SettingsData = readSettings(undefined);
  #loaded: string | undefined;

  constructor(parts: SettingsParts) {
    this.#parts = parts;
  }

  get current(): Settings {
    return this.#current;
  }

  get data(): SettingsData {
    return this.#data;
  }

  /** Whether what is stored is not what was last read. */
  async isStale(): Promise<boolean> {
    return JSON.stringify(await this.#parts.store.getParam(KEY)) !== this.#loaded;
  }

  async reload(): Promise<void> {
    const stored = await this.#parts.store.getParam(KEY);
    this.#loaded = JSON.stringify(stored);
    const settings = typeof stored === 'string' ? this.#open(stored) : stored;
    this.#current = parseSettings(settings);
    this.#data = readSettings(settings);
  }

  /** Text that is no JSON is encrypted. Default settings instead would open what the real ones close. */
  #open(sealed: string): unknown {
    const { box } = this.#parts;
    if (!box) {
      throw new AppError(
        'invalid',
        'The settings are encrypted: set PB_ENCRYPTION_KEY to their key.',
      );
    }
    let text: string;
    try {
      text = box.open(sealed);
    } catch (cause) {
      const message = 'The settings cannot be decrypted: PB_ENCRYPTION_KEY is not their key.';
      throw new AppError('invalid', message, { cause });
    }
    return JSON.parse(text) as unknown;
  }
}
