import { AppError } from '@davit/domain';
import { S3Client } from '../s3/s3-client.ts';
import type { S3Options } from '../s3/s3-client.ts';
import { uploadFile } from '../s3/upload-file.ts';
import { sha256Of, sha256OfFile } from './manifest.ts';

export interface Sending {
  zip: string;
  bucket: S3Options;
  key: string;
}

/** Brings a zip into a bucket: it is there as it was sent, read back, or not at all. Errors: `unavailable`. */
export async function sendZip({ zip, bucket, key }: Sending): Promise<void> {
  const client = new S3Client(bucket);
  await uploadFile(client, key, { path: zip });
  if ((await sha256Of(client.stream(key))) === (await sha256OfFile(zip))) return;
  await client.send('DELETE', { key });
  throw new AppError('unavailable', 'The file storage keeps something else than was sent.');
}
