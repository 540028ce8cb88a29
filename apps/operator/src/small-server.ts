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
  routes: Readonly<Record<string, () => Answer>>,
): Promise<SmallServer> {
  const server = createServer((request, response) => {
    const path = (request.url ?? '').split('?')[0] ?? '';
    const route = Object.hasOwn(routes, path) ? routes[path] : undefined;
    const { status, body } = route?.() ?? { status: 404, body: 'not found\n' };
    response.writeHead(status, { 'content-type': 'text/plain; version=0.0.4' }).end(body);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(address.port, address.host, resolve);
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
