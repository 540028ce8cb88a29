import { createHash } from 'node:crypto';
import { open } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { AppError } from '@davit/domain';
import { xmlText } from './s3-client.ts';
import type { S3Client } from './s3-client.ts';

/** Held in memory; the least that S3 takes as a part is 5 MiB. */
const PART_BYTES = 8 * 2 ** 20;
const MOST_PARTS = 10_000;
const WAITS_MS = [500, 2000];

/** Brings a file of any size into a bucket, part by part: it appears whole or not at all. Errors: `unavailable`. */
export async function uploadFile(
  client: S3Client,
  key: string,
  { path, headers = {} }: { path: string; headers?: Record<string, string> },
): Promise<void> {
  await using file = await open(path);
  const { size } = await file.stat();
  const parts = { file, size, bytes: Math.max(PART_BYTES, Math.ceil(size / MOST_PARTS)) };
  const buffer = Buffer.alloc(Math.min(parts.bytes, size));
  if (size <= parts.bytes) {
    const body = await readPart(parts, buffer, 1);
    await persistently(() =>
      client.send('PUT', { key, body, headers: { ...headers, ...checksum(body) } }),
    );
    return;
  }
  const started = await (
    await client.send('POST', { key, query: { uploads: '' }, headers })
  ).text();
  const uploadId = xmlText(started, 'UploadId') ?? '';
  try {
    const tags = await sendParts({ client, key, uploadId, parts, buffer });
    await complete({ client, key, uploadId, tags });
  } catch (error) {
    await client.send('DELETE', { key, query: { uploadId } }).catch(() => undefined);
    throw error;
  }
}

interface Parts {
  file: FileHandle;
  size: number;
  /** of each but the last */
  bytes: number;
}

interface Upload {
  client: S3Client;
  key: string;
  uploadId: string;
}

async function sendParts(upload: Upload & { parts: Parts; buffer: Buffer }): Promise<string[]> {
  const { client, key, uploadId, parts, buffer } = upload;
  const tags: string[] = [];
  const count = Math.ceil(parts.size / parts.bytes);
  for (let part = 1; part <= count; part++) {
    const body = await readPart(parts, buffer, part);
    const query = { partNumber: String(part), uploadId };
    const { headers } = await persistently(() =>
      client.send('PUT', { key, query, body, headers: checksum(body) }),
    );
    tags.push(headers.get('etag') ?? '');
  }
  return tags;
}

async function complete({ client, key, uploadId, tags }: Upload & { tags: string[] }) {
  const parts = tags.map(
    (tag, index) => `<Part><PartNumber>${index + 1}</PartNumber><ETag>${tag}</ETag></Part>`,
  );
  const body = Buffer.from(`<CompleteMultipartUpload>${parts.join('')}</CompleteMultipartUpload>`);
  const answer = await client.send('POST', { key, query: { uploadId }, body });
  const text = await answer.text();
  // S3 may begin with 200 and fail afterwards
  if (!text.includes('<Error>')) return;
  const cause = new Error(xmlText(text, 'Message') ?? text.slice(0, 300));
  throw new AppError('unavailable', 'The file storage refused the request.', { cause });
}

async function readPart({ file, size, bytes }: Parts, buffer: Buffer, part: number) {
  const start = (part - 1) * bytes;
  const wanted = Math.min(bytes, size - start);
  let done = 0;
  while (done < wanted) {
    const { bytesRead } = await file.read(buffer, done, wanted - done, start + done);
    if (bytesRead === 0) throw new AppError('internal', 'The file became shorter.');
    done += bytesRead;
  }
  return buffer.subarray(0, wanted);
}

function checksum(body: Uint8Array): Record<string, string> {
  return { 'content-md5': createHash('md5').update(body).digest('base64') };
}

/** A moment's failure does not end an upload of gigabytes. */
async function persistently<T>(attempt: () => Promise<T>): Promise<T> {
  for (const wait of WAITS_MS) {
    try {
      return await attempt();
    } catch (error) {
      if (!AppError.is(error, 'unavailable')) throw error;
      await sleep(wait);
    }
  }
  return attempt();
}
