import { createReadStream } from 'node:fs';
import { request } from 'node:http';
import { pipeline } from 'node:stream/promises';
import { AppError } from '@davit/domain';

/** Where a Docker listens: a socket's path, or `tcp://host:port`. */
export type DockerAddress = string;

interface Call {
  path: string;
  body?: object;
  file?: string;
  headers?: Record<string, string>;
}

/** One call of the Docker API; `file` is sent as a tar body. Another status than 2xx throws with its message. */
export async function dockerApi<T = unknown>(
  address: DockerAddress,
  method: string,
  path: string | Call,
): Promise<T> {
  const call: Call = typeof path === 'string' ? { path } : path;
  const { promise, resolve, reject } = Promise.withResolvers<T>();
  const type = call.file === undefined ? 'application/json' : 'application/x-tar';
  const outgoing = request(
    {
      ...place(address),
      method,
      path: call.path,
      headers: { 'Content-Type': type, ...call.headers },
    },
    (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
      response.on('error', reject);
      response.on('end', () => {
        const status = response.statusCode ?? 0;
        const failed = status > 299 || text.includes('"errorDetail"');
        if (failed)
          return reject(new AppError('internal', `${method} ${call.path}: ${status} ${text}`));
        resolve(parsed(text) as T);
      });
    },
  );
  outgoing.on('error', reject);
  if (call.file !== undefined) await pipeline(createReadStream(call.file), outgoing);
  else outgoing.end(call.body === undefined ? undefined : JSON.stringify(call.body));
  return promise;
}

function place(address: DockerAddress): object {
  if (!address.startsWith('tcp://')) return { socketPath: address };
  const { hostname, port } = new URL(address);
  return { host: hostname, port };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}
