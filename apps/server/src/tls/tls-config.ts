import { join, resolve } from 'node:path';
import { parseAddress } from '../command-line/values.ts';
import type { Address } from '../command-line/values.ts';
import type { Values } from '../command-line/read-arguments.ts';

/** Where certificates come from. */
export interface TlsConfig {
  /** the user's own */
  folder: string;
  /** issued ones are kept here */
  cache: string;
  /** address of the authority's ACME directory */
  acmeDirectory: string;
  /** whom the authority may write to */
  acmeEmail?: string;
}

/** The server itself over HTTPS; plain HTTP sends everybody there. */
export interface HttpsConfig {
  address: Address;
  /** hosts that certificates are ordered for */
  domains: readonly string[];
}

interface Reading {
  values: Values;
  problems: string[];
}

const LETS_ENCRYPT = 'https://acme-v02.api.letsencrypt.org/directory';
const DOMAIN = /^(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]$/;

export function tlsConfig({ values, problems }: Reading, dir: string): TlsConfig {
  const acmeDirectory = text(values['acme-directory']) ?? LETS_ENCRYPT;
  const acmeEmail = text(values['acme-email']);
  if (!URL.canParse(acmeDirectory) || !acmeDirectory.startsWith('https://')) {
    problems.push(`--acme-directory must be an https:// address, it is ${acmeDirectory}`);
  }
  if (acmeEmail !== undefined && !/^[^\s@]+@[^\s@]+$/.test(acmeEmail)) {
    problems.push(`--acme-email must be an e-mail address, it is ${acmeEmail}`);
  }
  return {
    folder: resolve(text(values.certificates) ?? join(dir, 'certificates')),
    cache: join(dir, '.autocert_cache', cacheName(acmeDirectory)),
    acmeDirectory,
    ...(acmeEmail !== undefined && { acmeEmail }),
  };
}

/** Let's Encrypt's are where PocketBase has them; what a test authority issued must not be taken for those. */
function cacheName(acmeDirectory: string): string {
  if (acmeDirectory === LETS_ENCRYPT || !URL.canParse(acmeDirectory)) return '';
  return new URL(acmeDirectory).host.replaceAll(/[^\w.-]/g, '_');
}

/** With domains, or an address for HTTPS; as PocketBase, the name in that address is a domain too. */
export function httpsConfig(
  { values, problems }: Reading,
  words: readonly string[],
): HttpsConfig | undefined {
  const given = text(values.https);
  if (given === undefined && words.length === 0) return undefined;
  const address = parseAddress('https', given ?? '0.0.0.0:443', problems);
  const named = DOMAIN.test(address.host) && words.length === 0 ? [address.host] : [];
  const domains = [...words.map((word) => word.toLowerCase()), ...named];
  for (const domain of domains) {
    if (!DOMAIN.test(domain)) problems.push(`${domain} is no domain name`);
  }
  return { address, domains: [...new Set(domains)] };
}

const text = (value: string | boolean | undefined): string | undefined =>
  typeof value === 'string' ? value : undefined;
