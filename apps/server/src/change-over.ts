import type { Logger } from '@davit/domain';
import { replaceDirectory } from '@davit/files';
import { carryAudit } from '@davit/sqlite';

export interface ChangeOver {
  dir: string;
  folder: string;
  logger: Logger;
  /** Ends the server: nobody has the directory open afterwards. */
  close: () => Promise<void>;
  restart: () => void;
}

/** Whatever happens, the server starts again: with the new content, or with the old where that failed. */
export async function changeOver({
  dir,
  folder,
  logger,
  close,
  restart,
}: ChangeOver): Promise<void> {
  try {
    await close();
    keepAudit({ dir, folder, logger });
    await replaceDirectory(dir, folder);
    logger.log('info', 'a backup was restored');
  } catch (error) {
    logger.log('error', 'a backup was not restored: the directory is as it was', { error });
  }
  restart();
}

/** Without it the restored data is still what was asked for. */
function keepAudit({ dir, folder, logger }: Pick<ChangeOver, 'dir' | 'folder' | 'logger'>): void {
  try {
    carryAudit(dir, folder);
  } catch (error) {
    logger.log('error', 'the audit log goes on without what was noted since the backup', { error });
  }
}
