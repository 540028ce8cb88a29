import { pb } from './client.ts';

/** What superusers set, in PocketBase's shape: the parts that this UI shows. */
export interface Settings {
  logs: {
    maxDays: number;
    minLevel: number;
    /** bytes; 0 is the default */
    maxDataSize: number;
    logIP: boolean;
    logAuthId: boolean;
  };
  backups: { cron: string; cronMaxKeep: number };
}

export const getSettings = (): Promise<Settings> => pb.send<Settings>('/api/settings', {});

/** Changes the members that are given. */
export const updateSettings = (change: {
  [Part in keyof Settings]?: Partial<Settings[Part]>;
}): Promise<Settings> => pb.send<Settings>('/api/settings', { method: 'PATCH', body: change });
