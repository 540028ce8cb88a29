import { request } from 'node:http';
import type { IncomingHttpHeaders } from 'node:http';
import type { TestServer } from './server.ts';

export interface Sent {
  method?: string;
  body?: string | Buffer;
  headers?: Record<string, string>;
  as?: 'user' | 'superuser';
}

export interface Answer {
  status: number;
  headers: IncomingHttpHeaders;
  text: string;
}

/** As the bytes are: no client in between tidies a path or a header. */
export function askRaw(server: TestServer, path: string, sent: Sent = {}): Promise<Answer> {
  const { method = 'GET', body, headers = {}, as } = sent;
  const all: Record<string, string> = {
    ...(as && { authorization: server.tokens[as] }),
    ...(body !== undefined && { 'content-type': 'application/json' }),
    ...(body !== undefined && { 'content-length': String(Buffer.byteLength(body)) }),
    ...headers,
  };
  return new Promise((resolve, reject) => {
    const sending = request(server.url, { method, path, headers: all }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () => {
        const { statusCode: status = 0, headers: answered } = response;
        resolve({ status, headers: answered, text: Buffer.concat(chunks).toString() });
      });
      response.on('error', reject);
    });
    sending.on('error', reject);
    sending.end(body);
  });
}
