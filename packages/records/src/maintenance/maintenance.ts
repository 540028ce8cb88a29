import type { BackupStore, Clock, Logger, LogStore, Optimizable } from '@davit/domain';
import type { AuditLog } from '../audit/audit.ts';
import type { Backups } from '../backups/backups.ts';
import { StoredBackups } from '../backups/stored-backups.ts';
import { createCrons, type Crons } from '../crons/crons.ts';
import type { Logs } from '../logs/logs.ts';
import { StoredLogs } from '../logs/stored-logs.ts';
import type { Records } from '../records.ts';
import { systemClock } from '../system-clock.ts';
import { removeExpired } from './remove-expired.ts';

const AUTO_BACKUP = '__pbAutoBackup__';

export interface MaintenanceOptions {
  records: Records;
  database: Optimizable;
  logs: LogStore & Optimizable;
  backups: BackupStore;
  logger: Logger;
  /** for the log's own failures; default `logger` */
  ownLogger?: Logger;
  /** absent: this server cannot restart itself, and restores no backup */
  changeOver?: (folder: string) => void;
  clock?: Clock;
}

/** What keeps a directory in order: log, schedule and backups. */
export interface Maintenance extends AsyncDisposable {
  readonly logs: Logs;
  readonly crons: Crons;
  readonly backups: Backups;
  /** Waits for jobs under way and writes the rest of the log. The stores stay open. */
  close(): Promise<void>;
}

/** Starts the system's jobs. */
export async function openMaintenance(options: MaintenanceOptions): Promise<Maintenance> {
  const { records, clock = systemClock, logger } = options;
  const { settings } = records;
  const logs = new StoredLogs({
    store: options.logs,
    settings: () => settings.data.logs,
    clock,
    logger: options.ownLogger ?? logger,
  });
  const backups = new StoredBackups({
    store: options.backups,
    settings: () => settings.data,
    clock,
    changeOver: options.changeOver,
    trigger: records.trigger,
  });
  const crons = createCrons({ clock, logger });
  addSystemJobs(crons, { ...options, clock }, logs);
  const backUp = async (): Promise<void> => {
    try {
      await backups.createScheduled();
    } catch (error) {
      // where superusers look, beside the process's own log
      const reason = error instanceof Error ? error.message : String(error);
      logs.add({ level: 8, message: 'A scheduled backup failed', data: { error: reason } });
      const { appName, appURL } = settings.data.meta;
      await records.superusers.tell({
        subject: `[${appName}] A scheduled backup failed`,
        lines: [`The scheduled backup of ${appName} (${appURL}) was not made.`, reason],
      });
      throw error;
    }
  };
  const schedule = (): void => scheduleBackups(crons, settings.data.backups.cron, backUp);
  schedule();
  records.hooks.onSettingsReload(
    async (event) => {
      const { maxDays } = settings.data.logs;
      await event.next();
      schedule();
      if (settings.data.logs.maxDays !== maxDays) await logs.cleanUp();
    },
    { id: AUTO_BACKUP },
  );
  await cleanUp(logs, records.audit);
  const close = async (): Promise<void> => {
    records.hooks.off(AUTO_BACKUP);
    await crons.close();
    await logs.flush();
  };
  return { logs, crons, backups, close, [Symbol.asyncDispose]: close };
}

function addSystemJobs(
  crons: Crons,
  { records, database, logs: logStore, clock }: MaintenanceOptions & { clock: Clock },
  logs: Logs,
): void {
  crons.add({
    id: '__pbDBOptimize__',
    expression: '0 0 * * *',
    run: async () => {
      await database.optimize();
      await logStore.optimize();
    },
  });
  const expiring = { __pbMFACleanup__: 'mfa', __pbOTPCleanup__: 'otp' } as const;
  for (const [id, kind] of Object.entries(expiring)) {
    crons.add({ id, expression: '0 * * * *', run: () => removeExpired(records, kind, clock) });
  }
  crons.add({
    id: '__pbLogsCleanup__',
    expression: '0 */6 * * *',
    run: () => cleanUp(logs, records.audit),
  });
}

async function cleanUp(logs: Logs, audit: AuditLog): Promise<void> {
  await logs.cleanUp();
  await audit.cleanUp();
}

function scheduleBackups(crons: Crons, expression: string, run: () => Promise<void>): void {
  crons.remove(AUTO_BACKUP);
  if (expression === '') return;
  crons.add({ id: AUTO_BACKUP, expression, run });
}
