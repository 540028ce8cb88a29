import { createHash } from 'node:crypto';
import { AppError } from '@davit/domain';
import type { FileStore } from '@davit/domain';
import { isKey } from '../key.ts';
import { S3Client } from './s3-client.ts';
import type { S3Options } from './s3-client.ts';
import { encode } from './sign-request.ts';

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
      const keys: string[] = [];
      for await (const { key } of client.list(`${checked(prefix)}/`)) keys.push(key);
      await Promise.all(keys.map((key) => client.send('DELETE', { key })));
    },
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
