import { lookup } from 'node:dns';
import type { LookupFunction } from 'node:net';
import { BlockList, isIP } from 'node:net';
import { get as getHttp } from 'node:http';
import type { IncomingMessage } from 'node:http';
import { get as getHttps } from 'node:https';
import { basename } from 'node:path';

const TIMEOUT_MS = 10_000;
const MAX_BYTES = 32 * 1024 * 1024;
const MAX_REDIRECTS = 3;

export interface Picture {
  name: string;
  contentType: string;
  content: Uint8Array;
}

/**
 * Fetches pictures people have elsewhere. Addresses of this machine and of private networks are refused at the moment
 * of connecting, whatever their names promised before. Answers undefined for what cannot be had in ten seconds and
 * 32 MiB.
 */
export function createAvatarFetcher(
  isAllowed: (address: string) => boolean = isPublic,
): (url: string) => Promise<Picture | undefined> {
  return async (url) => {
    try {
      const signal = AbortSignal.timeout(TIMEOUT_MS);
      const response = await follow(new URL(url), { isAllowed, signal });
      const content = await readAll(response);
      const path = new URL(url).pathname;
      return {
        name: basename(path) || 'avatar',
        contentType: response.headers['content-type'] ?? '',
        content,
      };
    } catch {
      return undefined;
    }
  };
}

interface Guard {
  isAllowed: (address: string) => boolean;
  signal: AbortSignal;
}

async function follow(start: URL, guard: Guard): Promise<IncomingMessage> {
  let url = start;
  for (let step = 0; step <= MAX_REDIRECTS; step++) {
    const response = await request(url, guard);
    const { statusCode = 0, headers } = response;
    if (statusCode >= 200 && statusCode < 300) return response;
    response.destroy();
    if (statusCode < 300 || statusCode >= 400 || headers.location === undefined) break;
    url = new URL(headers.location, url);
  }
  throw new Error('there is no picture');
}

function request(url: URL, { isAllowed, signal }: Guard): Promise<IncomingMessage> {
  const literal = url.hostname.replace(/^\[|\]$/g, '');
  if (isIP(literal) && !isAllowed(literal)) throw new Error('a private address');
  if (url.protocol !== 'https:' && url.protocol !== 'http:') throw new Error('no web address');
  const get = url.protocol === 'https:' ? getHttps : getHttp;
  return new Promise((resolve, reject) => {
    get(url, { signal, agent: false, lookup: guardedLookup(isAllowed) }, resolve).on(
      'error',
      reject,
    );
  });
}

/** The address that is connected to is the one that was checked. */
function guardedLookup(isAllowed: (address: string) => boolean): LookupFunction {
  return (hostname, options, done) => {
    lookup(hostname, { ...options, all: true }, (error, addresses) => {
      if (error) return done(error, '', 4);
      const [first] = addresses;
      if (first === undefined || !addresses.every(({ address }) => isAllowed(address))) {
        return done(new Error('a private address'), '', 4);
      }
      if (options.all) return done(null, addresses);
      done(null, first.address, first.family);
    });
  };
}

async function readAll(response: IncomingMessage): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response as AsyncIterable<Uint8Array>) {
    size += chunk.byteLength;
    if (size > MAX_BYTES) throw new Error('the picture is too large');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

const PRIVATE = new BlockList();
for (const [network, prefix] of [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['224.0.0.0', 3],
] as const) {
  PRIVATE.addSubnet(network, prefix, 'ipv4');
}
for (const [network, prefix] of [
  ['::', 96],
  ['64:ff9b::', 96],
  ['fc00::', 7],
  ['fe80::', 10],
  ['ff00::', 8],
] as const) {
  PRIVATE.addSubnet(network, prefix, 'ipv6');
}

function isPublic(address: string): boolean {
  return !PRIVATE.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4');
}
