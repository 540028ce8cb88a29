import {
  AppError,
  type BackupFile,
  type BackupStore,
  type Clock,
  type FieldError,
} from '@davit/domain';
import { BAD_FORMAT, lengthBetween } from '../collections/complaints.ts';
import type { SettingsData } from '../settings/settings-data.ts';
import type { Trigger } from '../hooks/trigger.ts';
import { AUTOMATIC, backupName, isBackupName, MANUAL } from './backup-name.ts';
import type { Backups } from './backups.ts';

const BUSY = 'Try again later - another backup/restore process has already been started';
const INVALID = 'An error occurred while validating the submitted data.';
const LONGEST_NAME = 150;
const TAKEN: FieldError = {
  code: 'validation_backup_name_exists',
  message: 'The backup file name is invalid or already exists.',
};

const UPLOADED: FieldError = {
  code: 'validation_backup_name_exists',
  message: 'Backup file with the specified name already exists.',
};

export interface StoredBackupsOptions {
  store: BackupStore;
  settings: () => SettingsData;
  clock: Clock;
  /** Ends the server, puts the folder's content in place of the directory's and starts anew. */
  changeOver: ((folder: string) => void) | undefined;
  trigger: Trigger;
}

export class StoredBackups implements Backups {
  readonly #options: StoredBackupsOptions;
  #active: string | undefined;
  /** From here on the server only ends: nothing may begin any more. */
  #changingOver = false;

  constructor(options: StoredBackupsOptions) {
    this.#options = options;
  }

  get active(): string | undefined {
    return this.#active;
  }

  list(): Promise<BackupFile[]> {
    return this.#options.store.list();
  }

  async create(name: string): Promise<void> {
    this.#checkFree();
    if (name !== '') await this.#checkName(name);
    await this.#make(name === '' ? this.#nameNow(MANUAL) : name);
  }

  async upload(name: string, content: AsyncIterable<Uint8Array>): Promise<void> {
    await this.#alone(name, async () => {
      try {
        await this.#options.store.add(name, content);
      } catch (error) {
        if (AppError.is(error, 'conflict')) {
          throw new AppError('invalid', INVALID, { data: { file: UPLOADED }, cause: error });
        }
        if (!AppError.is(error, 'invalid')) throw error;
        const code = 'validation_invalid_mime_type';
        const data = { file: { code, message: error.message } };
        throw new AppError('invalid', INVALID, { data, cause: error });
      }
    });
  }

  read(key: string): ReturnType<Backups['read']> {
    return this.#options.store.read(key);
  }

  async delete(key: string): Promise<void> {
    if (key === this.#active) {
      throw new AppError('invalid', 'The backup is currently being used and cannot be deleted.');
    }
    try {
      await this.#options.store.delete(key);
    } catch (error) {
      throw failed('Invalid or already deleted backup file', error);
    }
  }

  async restore(key: string): Promise<void> {
    const { store, changeOver, trigger } = this.#options;
    this.#checkFree();
    await store.read(key).catch((cause: unknown) => {
      throw new AppError('invalid', 'Missing or invalid backup file.', { cause });
    });
    if (!changeOver) throw new AppError('invalid', 'This server cannot restart itself.');
    await this.#alone(key, () =>
      trigger('onBackupRestore', { event: { name: key } }, async ({ name }) => {
        const folder = await this.#stage(name);
        this.#changingOver = true;
        changeOver(folder);
      }),
    );
  }

  async #stage(key: string): Promise<string> {
    try {
      return await this.#options.store.stage(key);
    } catch (error) {
      throw failed('The backup cannot be restored, nothing was changed', error);
    }
  }

  async createScheduled(): Promise<void> {
    this.#checkFree();
    await this.#make(this.#nameNow(AUTOMATIC));
    const { cronMaxKeep } = this.#options.settings().backups;
    if (cronMaxKeep < 1) return;
    const made = (await this.list()).filter(({ key }) => key.startsWith(AUTOMATIC));
    const obsolete = made.sort((a, b) => b.modified - a.modified).slice(cronMaxKeep);
    for (const { key } of obsolete) await this.#options.store.delete(key);
  }

  async #make(key: string): Promise<void> {
    const { store, trigger } = this.#options;
    await this.#alone(key, async () => {
      try {
        await trigger('onBackupCreate', { event: { name: key } }, ({ name }) => store.create(name));
      } catch (error) {
        throw failed('Failed to create backup', error);
      }
    });
  }

  /** Errors: `invalid` while another one is made or restored. */
  async #alone(key: string, work: () => Promise<void>): Promise<void> {
    this.#checkFree();
    this.#active = key;
    try {
      await work();
    } finally {
      if (!this.#changingOver) this.#active = undefined;
    }
  }

  #checkFree(): void {
    if (this.#active !== undefined) throw new AppError('invalid', BUSY);
  }

  async #checkName(name: string): Promise<void> {
    const complaint = await this.#complaint(name);
    if (complaint) throw new AppError('invalid', INVALID, { data: { name: complaint } });
  }

  async #complaint(name: string): Promise<FieldError | undefined> {
    if (Buffer.byteLength(name) > LONGEST_NAME) return lengthBetween(1, LONGEST_NAME);
    if (!isBackupName(name)) return BAD_FORMAT;
    return (await this.list()).some(({ key }) => key === name) ? TAKEN : undefined;
  }

  #nameNow(prefix: string): string {
    const { settings, clock } = this.#options;
    return backupName(prefix, settings().meta.appName, new Date(clock.now()));
  }
}

function failed(what: string, cause: unknown): AppError {
  return new AppError('invalid', `${what}. Raw error: \n${reasonOf(cause)}`, { cause });
}

/** For superusers, who have to put it right: with what the storage or the disk said. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { message, cause } = error;
  return cause instanceof Error ? `${message} ${reasonOf(cause)}` : message;
}
