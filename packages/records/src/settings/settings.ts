import type { Json, JsonObject } from '@davit/domain';

export interface RateLimitRule {
  /** `users:create`, `*:auth`, `POST /api/batch`, `/api/` (a path that ends in a slash means all below it) */
  label: string;
  /** '' everybody, `@guest`, `@auth` */
  audience: string;
  /** seconds */
  duration: number;
  maxRequests: number;
}

export interface S3Settings {
  enabled: boolean;
  bucket: string;
  region: string;
  endpoint: string;
  accessKey: string;
  secret: string;
  forcePathStyle: boolean;
}

/** The part of PocketBase's settings that this server acts on. */
export interface Settings {
  /** addresses or subnets superusers may come from; empty: any */
  superuserIPs: string[];
  /** `timeout` in seconds */
  batch: { enabled: boolean; maxRequests: number; timeout: number; maxBodySize: number };
  rateLimits: { enabled: boolean; rules: RateLimitRule[]; excludedIPs: string[] };
  trustedProxy: { headers: string[]; useLeftmostIP: boolean };
  s3: S3Settings;
}

const DEFAULT_RULES: RateLimitRule[] = [
  { label: '*:auth', audience: '', duration: 3, maxRequests: 2 },
  { label: '*:create', audience: '', duration: 5, maxRequests: 20 },
  { label: '/api/batch', audience: '', duration: 1, maxRequests: 3 },
  { label: '/api/', audience: '', duration: 10, maxRequests: 300 },
];

/** What is stored, with PocketBase's defaults for what is missing or of another kind. */
export function parseSettings(stored: unknown): Settings {
  const settings = section(stored);
  const batch = section(settings.batch);
  const limits = section(settings.rateLimits);
  const proxy = section(settings.trustedProxy);
  return {
    superuserIPs: texts(settings.superuserIPs),
    batch: {
      enabled: batch.enabled === true,
      maxRequests: number(batch.maxRequests, 50),
      timeout: number(batch.timeout, 3),
      maxBodySize: number(batch.maxBodySize, 0),
    },
    rateLimits: {
      enabled: limits.enabled === true,
      rules: Array.isArray(limits.rules) ? limits.rules.map(parseRule) : DEFAULT_RULES,
      excludedIPs: texts(limits.excludedIPs),
    },
    trustedProxy: {
      headers: texts(proxy.headers),
      useLeftmostIP: proxy.useLeftmostIP === true,
    },
    s3: parseS3(section(settings.s3)),
  };
}

function parseRule(stored: Json): RateLimitRule {
  const rule = section(stored);
  return {
    label: text(rule.label),
    audience: text(rule.audience),
    duration: number(rule.duration, 0),
    maxRequests: number(rule.maxRequests, 0),
  };
}

function parseS3(s3: JsonObject): S3Settings {
  return {
    enabled: s3.enabled === true,
    bucket: text(s3.bucket),
    region: text(s3.region),
    endpoint: text(s3.endpoint),
    accessKey: text(s3.accessKey),
    secret: text(s3.secret),
    forcePathStyle: s3.forcePathStyle === true,
  };
}

function section(value: unknown): JsonObject {
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
  return isObject ? (value as JsonObject) : {};
}

function texts(value: Json | undefined): string[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : [];
}

function text(value: Json | undefined): string {
  return typeof value === 'string' ? value : '';
}

function number(value: Json | undefined, otherwise: number): number {
  return typeof value === 'number' ? value : otherwise;
}
