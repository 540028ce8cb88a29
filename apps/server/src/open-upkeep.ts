import type { Logger } from '@davit/domain';
import { createBackupStore } from '@davit/files';
import { openMaintenance } from '@davit/records';
import type { Maintenance } from '@davit/records';
import { createSnapshots, LogDatabase } from '@davit/sqlite';
import type { ServeConfig } from './config.ts';
import { scripts } from './open-directory.ts';
import type { Directory } from './open-directory.ts';

export interface UpkeepParts {
  config: ServeConfig;
  directory: Directory;
  logger: Logger;
  /** for the log's own failures */
  ownLogger: Logger;
  opened: AsyncDisposableStack;
  /** absent: no backup can be restored here */
  changeOver: ((folder: string) => void) | undefined;
}

/** Log, schedule and backups of an open directory; closed with `opened`. */
export async function openUpkeep(parts: UpkeepParts): Promise<Maintenance> {
  const { config, directory, logger, ownLogger, opened, changeOver } = parts;
  const { readerUrl, snapshotUrl, packScript } = scripts();
  const logs = new LogDatabase({
    directory: config.dir,
    threaded: config.readers > 0,
    ...(readerUrl && { readerUrl }),
    ...(config.queryTimeoutMs !== undefined && { queryTimeoutMs: config.queryTimeoutMs }),
  });
  opened.defer(() => logs.close());
  const databases = createSnapshots({
    directory: config.dir,
    ...(snapshotUrl && { script: snapshotUrl }),
  });
  const maintenance = await openMaintenance({
    records: directory.records,
    database: directory.database,
    logs,
    backups: createBackupStore({
      directory: config.dir,
      databases,
      packer: { ...(packScript && { script: packScript }), environment: config.outward },
      bucket: () => {
        const { s3 } = directory.records.settings.data.backups;
        return s3.enabled ? s3 : undefined;
      },
    }),
    logger,
    ownLogger,
    ...(changeOver && { changeOver }),
  });
  opened.defer(() => maintenance.close());
  return maintenance;
}
