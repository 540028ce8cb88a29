import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Address } from './config.ts';

export interface Answer {
  status: number;
  body: string;
}

export interface SmallServer {
  /** where it really listens: port 0 asks for any */
  port: number;
  close(): Promise<void>;
}

/** Answers GETs of a few paths with plain text. */
export async function openSmallServer(
  address: Address,
  routes: Readonly<Record<string, () => Answer | Promise<Answer>>>,
): Promise<SmallServer> {
  const answer = async (url = ''): Promise<Answer> => {
    const path = url.split('?')[0] ?? '';
    const route = Object.hasOwn(routes, path) ? routes[path] : undefined;
    return (await route?.()) ?? { status: 404, body: 'not found\n' };
  };
  const server = createServer((request, response) => {
    answer(request.url)
      .catch((): Answer => ({ status: 500, body: 'failed\n' }))
      .then(({ status, body }) =>
        response.writeHead(status, { 'content-type': 'text/plain; version=0.0.4' }).end(body),
      )
      .catch(() => response.destroy());
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen({ ...address }, resolve);
  });
  return {
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
