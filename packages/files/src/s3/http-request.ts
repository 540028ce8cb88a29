import { request as requestHttp } from 'node:http';
import type { IncomingMessage } from 'node:http';
import { request as requestHttps } from 'node:https';

export interface HttpRequest {
  method: string;
  headers: Record<string, string>;
  signal: AbortSignal;
  body?: Uint8Array;
}

/**
 * One request, answered as soon as the headers are there. Node's `fetch` ends the whole process when a server closes
 * the connection while its reader is slow (an assertion in undici, seen with Node 24.21), which large answers meet.
 */
export function httpRequest(
  url: URL,
  { method, headers, signal, body }: HttpRequest,
): Promise<IncomingMessage> {
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  const begin = url.protocol === 'https:' ? requestHttps : requestHttp;
  const length = body ? { 'content-length': String(body.byteLength) } : {};
  const outgoing = begin(url, { method, headers: { ...headers, ...length }, signal });
  outgoing.once('response', resolve).once('error', reject).end(body);
  return promise;
}

/** The same, read whole, as `fetch` answers it. */
export async function httpFetch(url: URL, request: HttpRequest): Promise<Response> {
  const incoming = await httpRequest(url, request);
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk as Buffer);
  const status = incoming.statusCode ?? 0;
  const headers = new Headers();
  for (const [name, value] of Object.entries(incoming.headers)) headers.set(name, String(value));
  return new Response([204, 304].includes(status) ? null : Buffer.concat(chunks), {
    status,
    headers,
  });
}
