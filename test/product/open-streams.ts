import { get } from 'node:http';
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { localLookup } from '@davit/testkit';

/** Something that stays open through the proxy, and what became of it. */
export interface OpenStream {
  /** bytes so far */
  readonly received: number;
  readonly open: boolean;
  /** resolves with the time it ended and whether it had come to its end */
  readonly ended: Promise<{ at: number; whole: boolean }>;
  close(): void;
}

/** A WebSocket that gets a message every 50 ms. */
export function openSocket(url: string): Promise<OpenStream> {
  const headers = {
    connection: 'Upgrade',
    upgrade: 'websocket',
    'sec-websocket-version': '13',
    'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==',
  };
  return new Promise((resolve, reject) => {
    const asking = get(`${url}/socket`, { agent: false, lookup: localLookup, headers });
    asking.on('error', reject);
    asking.on('response', ({ statusCode }) => reject(new Error(`answered ${statusCode}`)));
    asking.on('upgrade', (_, socket) => resolve(followed(socket, () => false)));
  });
}

/** A download of so many pieces, one every 50 ms. */
export function openDownload(url: string, pieces: number): Promise<OpenStream> {
  return new Promise((resolve, reject) => {
    const options = { agent: false, lookup: localLookup };
    const asking = get(`${url}/download?pieces=${pieces}`, options, (response) => {
      if (response.statusCode === 200) resolve(followed(response, () => response.complete));
      else reject(new Error(`answered ${response.statusCode}`));
    });
    asking.on('error', reject);
  });
}

function followed(stream: Duplex | IncomingMessage, isWhole: () => boolean): OpenStream {
  let received = 0;
  let open = true;
  const { promise, resolve } = Promise.withResolvers<{ at: number; whole: boolean }>();
  stream.on('data', (chunk: Buffer) => (received += chunk.length));
  stream.on('error', () => undefined);
  stream.on('close', () => {
    open = false;
    resolve({ at: performance.now(), whole: isWhole() });
  });
  return {
    get received() {
      return received;
    },
    get open() {
      return open;
    },
    ended: promise,
    close: () => void stream.destroy(),
  };
}
