const NAME = /^[a-z0-9_-]+\.zip$/;

export const AUTOMATIC = '@auto_pb_backup_';
export const MANUAL = 'pb_backup_';

export function isBackupName(name: string): boolean {
  return NAME.test(name);
}

/** `pb_backup_my_app_20260131102030.zip` */
export function backupName(prefix: string, appName: string, time: Date): string {
  const app = appName
    .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '_')
    .replace(/^_+|_+$/g, '')
    .slice(0, 50);
  const stamp = time.toISOString().replace(/\D/g, '').slice(0, 14);
  return `${prefix}${app}_${stamp}.zip`;
}
