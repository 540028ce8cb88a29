import { randomBytes } from 'node:crypto';
import { link, open, readFile, rm } from 'node:fs/promises';
import { AppError } from '@davit/domain';
import { KEY_BYTES } from './secret-box.ts';

/**
 * The installation's key: `given` (32 bytes of text) or the key file, which is made on first use, mode 0600.
 * Two processes that start together end up with the same key. Errors: `internal` (a key of another length).
 */
export async function loadEncryptionKey(file: string, given?: string): Promise<Uint8Array> {
  if (given !== undefined) return checked(Buffer.from(given, 'utf8'), 'PB_ENCRYPTION_KEY');
  const existing = await readKey(file);
  if (existing) return existing;
  await createKey(file);
  const created = await readKey(file);
  if (!created) throw new AppError('internal', `The key file ${file} disappeared.`);
  return created;
}

async function readKey(file: string): Promise<Uint8Array | undefined> {
  try {
    return checked(Buffer.from(await readFile(file, 'utf8'), 'base64'), file);
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return undefined;
    throw error;
  }
}

/** Written beside and linked into place: never half a key, and the first of two writers wins. */
async function createKey(file: string): Promise<void> {
  const temporary = `${file}.${randomBytes(6).toString('hex')}`;
  const handle = await open(temporary, 'wx', 0o600);
  try {
    await handle.writeFile(`${randomBytes(KEY_BYTES).toString('base64')}\n`);
    await handle.sync();
    await link(temporary, file);
  } catch (error) {
    if (!hasCode(error, 'EEXIST')) throw error;
  } finally {
    await handle.close();
    await rm(temporary, { force: true });
  }
}

function checked(key: Buffer, source: string): Uint8Array {
  if (key.length === KEY_BYTES) return key;
  throw new AppError('internal', `${source} must hold ${KEY_BYTES} bytes, it has ${key.length}.`);
}

function hasCode(error: unknown, code: string): boolean {
  return (error as { code?: unknown }).code === code;
}
