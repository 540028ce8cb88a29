import { accessSync, constants, existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { AppError } from '@davit/domain';

/**
 * Makes the folder where it is missing. SQLite would only say that it cannot open a file; that a mounted folder
 * belongs to another user is what happens to people. Errors: `unavailable`.
 */
export function ensureWritable(directory: string, databases: readonly string[]): void {
  try {
    mkdirSync(directory, { recursive: true });
    accessSync(directory, constants.R_OK | constants.W_OK | constants.X_OK);
    for (const file of databases.flatMap((name) => [name, `${name}-wal`, `${name}-shm`])) {
      const path = join(directory, file);
      if (existsSync(path)) accessSync(path, constants.R_OK | constants.W_OK);
    }
  } catch (cause) {
    throw new AppError('unavailable', explain(cause as NodeJS.ErrnoException), { cause });
  }
}

function explain({ code, message }: NodeJS.ErrnoException): string {
  const text = `The data folder cannot be used: ${message}.`;
  const owner = process.getuid?.();
  const foreign = code === 'EACCES' || code === 'EPERM';
  return foreign && owner !== undefined
    ? `${text} It has to belong to user ${owner}, as whom Davit runs.`
    : text;
}
