import type { Json } from '@davit/domain';
import type { UserRequest } from './provider.ts';

const MAX_BYTES = 1024 * 1024;

export interface FetchOptions extends UserRequest {
  fetch: typeof fetch;
  signal: AbortSignal;
}

/** A small JSON document. Throws what went wrong; nothing of it is for clients. */
export async function fetchJson(url: string, options: FetchOptions): Promise<Json> {
  const { method = 'GET', headers = {}, body, signal } = options;
  const response = await options.fetch(url, {
    method,
    headers: { accept: 'application/json', 'user-agent': 'davit', ...headers },
    signal,
    ...(body !== undefined && { body }),
  });
  const text = await readText(response);
  if (!response.ok) throw new Error(`${new URL(url).host} answered ${response.status}`);
  return JSON.parse(text) as Json;
}

async function readText(response: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  const body = response.body as AsyncIterable<Uint8Array> | null;
  for await (const chunk of body ?? []) {
    size += chunk.byteLength;
    if (size > MAX_BYTES) throw new Error('the answer is too large');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}
