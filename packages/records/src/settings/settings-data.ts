import type { RateLimitRule, S3Settings } from './settings.ts';

/** What superusers can set, in PocketBase's shape. Secrets included: never send it out unmasked. */
export interface SettingsData {
  superuserIPs: string[];
  smtp: {
    enabled: boolean;
    port: number;
    host: string;
    username: string;
    password: string;
    /** '' is PLAIN */
    authMethod: string;
    tls: boolean;
    localName: string;
  };
  backups: { cron: string; cronMaxKeep: number; s3: S3Settings };
  s3: S3Settings;
  meta: {
    accentColor: string;
    appName: string;
    appURL: string;
    senderName: string;
    senderAddress: string;
    hideControls: boolean;
  };
  rateLimits: { rules: RateLimitRule[]; excludedIPs: string[]; enabled: boolean };
  trustedProxy: { headers: string[]; useLeftmostIP: boolean };
  batch: {
    enabled: boolean;
    maxRequests: number;
    /** seconds */
    timeout: number;
    /** bytes; 0: the default */
    maxBodySize: number;
  };
  logs: {
    /** bytes of an entry's data; 0: the default */
    maxDataSize: number;
    /** 0: nothing is logged */
    maxDays: number;
    minLevel: number;
    logIP: boolean;
    logAuthId: boolean;
  };
}

export const EMPTY_RULE: RateLimitRule = { label: '', audience: '', duration: 0, maxRequests: 0 };

/** What a directory without settings starts with. */
export function defaultSettings(): SettingsData {
  return {
    superuserIPs: [],
    smtp: {
      enabled: false,
      port: 587,
      host: 'smtp.example.com',
      username: '',
      password: '',
      authMethod: '',
      tls: false,
      localName: '',
    },
    backups: { cron: '', cronMaxKeep: 3, s3: emptyS3() },
    s3: emptyS3(),
    meta: {
      accentColor: '#1055c9',
      appName: 'Acme',
      appURL: 'http://localhost:8090',
      senderName: 'Support',
      senderAddress: 'support@example.com',
      hideControls: false,
    },
    rateLimits: {
      rules: [
        { ...EMPTY_RULE, label: '*:auth', maxRequests: 2, duration: 3 },
        { ...EMPTY_RULE, label: '*:create', maxRequests: 20, duration: 5 },
        { ...EMPTY_RULE, label: '/api/batch', maxRequests: 3, duration: 1 },
        { ...EMPTY_RULE, label: '/api/', maxRequests: 300, duration: 10 },
      ],
      excludedIPs: [],
      enabled: false,
    },
    trustedProxy: { headers: [], useLeftmostIP: false },
    batch: { enabled: false, maxRequests: 50, timeout: 3, maxBodySize: 0 },
    logs: { maxDataSize: 0, maxDays: 5, minLevel: 0, logIP: true, logAuthId: false },
  };
}

function emptyS3(): S3Settings {
  return {
    enabled: false,
    bucket: '',
    region: '',
    endpoint: '',
    accessKey: '',
    secret: '',
    forcePathStyle: false,
  };
}

/** Without what is written only. */
export function maskSettings(settings: SettingsData): unknown {
  const smtp: Partial<SettingsData['smtp']> = { ...settings.smtp };
  delete smtp.password;
  const { s3: backupS3, ...backups } = settings.backups;
  return {
    ...settings,
    smtp,
    backups: { ...backups, s3: withoutSecret(backupS3) },
    s3: withoutSecret(settings.s3),
  };
}

function withoutSecret(settings: S3Settings): Partial<S3Settings> {
  const shown: Partial<S3Settings> = { ...settings };
  delete shown.secret;
  return shown;
}
