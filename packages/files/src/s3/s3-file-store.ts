import { createHash } from 'node:crypto';
import { AppError } from '@davit/domain';
import type { FileMetadata, FileStore } from '@davit/domain';
import { isKey } from '../key.ts';
import { S3Client } from './s3-client.ts';
import type { S3Options } from './s3-client.ts';
import { encode } from './sign-request.ts';
import { uploadFile } from './upload-file.ts';

const ORIGINAL_NAME = 'x-amz-meta-original-filename';

/** Files in a bucket, under the keys PocketBase uses. Errors: `invalid`, `not_found`, `unavailable`. */
export function createS3FileStore(options: S3Options): FileStore {
  const client = new S3Client(options);
  return {
    async put(key, content, metadata) {
      const headers = {
        'content-type': metadata.contentType,
        [ORIGINAL_NAME]: encode(metadata.originalName),
      };
      if (!(content instanceof Uint8Array)) {
        return uploadFile(client, checked(key), { path: content.path, headers });
      }
      const md5 = createHash('md5').update(content).digest('base64');
      const request = { key: checked(key), body: content };
      await client.send('PUT', { ...request, headers: { ...headers, 'content-md5': md5 } });
    },
    async open(key) {
      const { headers } = await client.send('HEAD', { key: checked(key) });
      return {
        size: Number(headers.get('content-length') ?? 0),
        ...describe(headers),
        read: (start, end) => client.stream(key, { range: `bytes=${start}-${end}` }),
      };
    },
    async get(key) {
      const response = await client.send('GET', { key: checked(key) });
      const content = new Uint8Array(await response.arrayBuffer());
      return { content, ...describe(response.headers) };
    },
    async delete(key) {
      await client.send('DELETE', { key: checked(key) });
    },
    async deleteAll(prefix) {
      const keys: string[] = [];
      for await (const { key } of client.list(`${checked(prefix)}/`)) keys.push(key);
      await Promise.all(keys.map((key) => client.send('DELETE', { key })));
    },
  };
}

function describe(headers: Headers): { metadata: FileMetadata; modified: number } {
  return {
    metadata: {
      contentType: headers.get('content-type') ?? 'application/octet-stream',
      originalName: decode(headers.get(ORIGINAL_NAME) ?? ''),
    },
    modified: Date.parse(headers.get('last-modified') ?? '') || 0,
  };
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
