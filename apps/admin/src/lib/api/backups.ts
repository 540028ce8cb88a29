import { pb } from './client.ts';

/** A zip of the data folder. */
export interface Backup {
  /** the file's name */
  key: string;
  /** bytes */
  size: number;
  modified: string;
}

/** Newest first. */
export async function findBackups(): Promise<Backup[]> {
  const backups = await pb.backups.getFullList();
  return backups.toSorted((a, b) => b.modified.localeCompare(a.modified));
}

/** Ends when it is there and was read back whole. '' has the server make up a name. */
export const createBackup = (name: string): Promise<boolean> => pb.backups.create(name);

export const uploadBackup = (file: File): Promise<boolean> => pb.backups.upload({ file });

export const deleteBackup = (key: string): Promise<boolean> => pb.backups.delete(key);

/** Puts the server back to it; soon after, the server starts anew. */
export const restoreBackup = (key: string): Promise<boolean> => pb.backups.restore(key);

/** The browser saves it as it comes: backups can be larger than memory. */
export async function downloadBackup(key: string): Promise<void> {
  const href = pb.backups.getDownloadURL(await pb.files.getToken(), key);
  Object.assign(document.createElement('a'), { href, download: key }).click();
}

const PAUSE_MS = 1000;
const RESTART_MS = 2000;

/** Ends when the server answers again. */
export async function untilRestarted(): Promise<void> {
  const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
  await pause(RESTART_MS);
  while ((await fetch('/api/health').catch(() => undefined))?.ok !== true) await pause(PAUSE_MS);
}
