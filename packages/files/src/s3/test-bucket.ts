import { randomBytes } from 'node:crypto';
import { AppError } from '@davit/domain';
import { S3Client } from './s3-client.ts';
import type { S3Options } from './s3-client.ts';

/** Writes, reads and removes a file. Errors: `unavailable`, with the storage's own words as the message. */
export async function testBucket(options: S3Options): Promise<void> {
  const client = new S3Client({ timeoutMs: 10_000, ...options });
  const key = `pb_settings_test_${randomBytes(4).toString('hex')}/test.txt`;
  const sent = 'test';
  try {
    await client.send('PUT', { key, body: Buffer.from(sent) });
    const received = await (await client.send('GET', { key })).text();
    await client.send('DELETE', { key });
    if (received !== sent) throw new Error('the storage keeps something else than was sent');
  } catch (error) {
    throw new AppError('unavailable', reasonOf(error), { cause: error });
  }
}

/** The innermost reason: `ECONNREFUSED`, `403 InvalidAccessKeyId: …`. */
function reasonOf(error: unknown): string {
  let reason = error;
  while (reason instanceof Error && reason.cause instanceof Error) reason = reason.cause;
  return reason instanceof Error ? reason.message : String(reason);
}
