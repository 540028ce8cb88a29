import { createHash } from 'node:crypto';
import { AppError } from '@davit/domain';
import type { FileStore } from '@davit/domain';
import { isKey } from '../key.ts';
import { encode, signRequest } from './sign-request.ts';

export interface S3Options {
  endpoint: string;
  bucket: string;
  region: string;
  accessKey: string;
  secret: string;
  /** the bucket is part of the path instead of the host */
  forcePathStyle: boolean;
  fetch?: typeof fetch;
  now?: () => Date;
  /** longest one request may take; default 60 s */
  timeoutMs?: number;
}

interface Sending {
  key?: string;
  query?: Record<string, string>;
  headers?: Record<string, string>;
  body?: Uint8Array;
}

const NOTHING = new Uint8Array();
const ORIGINAL_NAME = 'x-amz-meta-original-filename';

/** Files in a bucket, under the keys PocketBase uses. Errors: `invalid`, `not_found`, `unavailable`. */
export function createS3FileStore(options: S3Options): FileStore {
  const client = new S3Client(options);
  return {
    async put(key, content, metadata) {
      await client.send('PUT', {
        key: checked(key),
        body: content,
        headers: {
          'content-type': metadata.contentType,
          'content-md5': createHash('md5').update(content).digest('base64'),
          [ORIGINAL_NAME]: encode(metadata.originalName),
        },
      });
    },
    async get(key) {
      const response = await client.send('GET', { key: checked(key) });
      const { headers } = response;
      return {
        content: new Uint8Array(await response.arrayBuffer()),
        metadata: {
          contentType: headers.get('content-type') ?? 'application/octet-stream',
          originalName: decode(headers.get(ORIGINAL_NAME) ?? ''),
        },
        modified: Date.parse(headers.get('last-modified') ?? '') || 0,
      };
    },
    async delete(key) {
      await client.send('DELETE', { key: checked(key) });
    },
    async deleteAll(prefix) {
      for (;;) {
        const keys = await client.list(`${checked(prefix)}/`);
        if (keys.length === 0) return;
        await Promise.all(keys.map((key) => client.send('DELETE', { key })));
      }
    },
  };
}

class S3Client {
  readonly #options: S3Options;

  constructor(options: S3Options) {
    this.#options = options;
  }

  /** The first keys below a prefix. */
  async list(prefix: string): Promise<string[]> {
    const query = { 'list-type': '2', prefix };
    const text = await (await this.send('GET', { query })).text();
    return [...text.matchAll(/<Key>([^<]*)<\/Key>/g)].map(([, key = '']) => unescapeXml(key));
  }

  async send(
    method: string,
    { key = '', query = {}, headers = {}, body }: Sending,
  ): Promise<Response> {
    const { fetch: send = fetch, now = () => new Date(), timeoutMs = 60_000 } = this.#options;
    const url = this.#url(key, query);
    const content = body ?? NOTHING;
    const own = { 'accept-encoding': 'identity', ...headers };
    const signed = signRequest({ method, url, headers: own, body: content }, this.#options, now());
    const response = await send(url, {
      method,
      headers: signed,
      signal: AbortSignal.timeout(timeoutMs),
      ...(body && { body: new Uint8Array(body) }),
    }).catch((cause: unknown) => {
      throw new AppError('unavailable', 'The file storage cannot be reached.', { cause });
    });
    if (response.ok) return response;
    throw await failure(response);
  }

  #url(key: string, query: Record<string, string>): URL {
    const { endpoint, bucket, forcePathStyle } = this.#options;
    const url = new URL(endpoint.includes('://') ? endpoint : `https://${endpoint}`);
    if (!forcePathStyle) url.host = `${bucket}.${url.host}`;
    const path = key.split('/').map(encode).join('/');
    url.pathname = forcePathStyle ? `/${encode(bucket)}/${path}` : `/${path}`;
    for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value);
    return url;
  }
}

async function failure(response: Response): Promise<AppError> {
  const cause = new Error(`${response.status}: ${(await response.text()).slice(0, 500)}`);
  if (response.status === 404)
    return new AppError('not_found', 'The file was not found.', { cause });
  return new AppError('unavailable', 'The file storage refused the request.', { cause });
}

function checked(key: string): string {
  if (!isKey(key)) throw new AppError('invalid', 'Invalid file name.');
  return key;
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

const ENTITIES: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

function unescapeXml(text: string): string {
  return text.replace(/&(\w+);/g, (entity, name: string) => ENTITIES[name] ?? entity);
}
