import type { Socket } from 'node:net';
import type { Upstream, UpstreamUser } from './upstream.ts';

const KEEP_ALIVE_MS = 60_000;
const LINGER_MS = 60_000;

/** An upgraded connection: bytes both ways until both sides have ended or one has broken. */
export class Tunnel implements UpstreamUser {
  readonly #client: Socket;
  readonly #upstream: Upstream;
  readonly #onClose: () => void;
  bytesIn = 0;
  bytesOut = 0;

  constructor(client: Socket, upstream: Upstream, onClose: () => void) {
    this.#client = client;
    this.#upstream = upstream;
    this.#onClose = onClose;
    upstream.use(this);
    for (const socket of [client, upstream.socket]) {
      socket.setTimeout(0);
      socket.setKeepAlive(true, KEEP_ALIVE_MS);
    }
    client
      .on('data', (chunk: Buffer) => this.send(chunk))
      .on('drain', () => upstream.socket.resume())
      .on('end', () => {
        upstream.socket.end();
        this.#linger();
      })
      .on('timeout', () => this.close())
      .on('error', () => this.close())
      .on('close', () => this.close());
    client.resume();
  }

  /** Bytes from the client to the app. */
  send(chunk: Buffer): void {
    this.bytesIn += chunk.length;
    if (!this.#upstream.socket.write(chunk)) this.#client.pause();
  }

  data(chunk: Buffer): void {
    this.bytesOut += chunk.length;
    if (!this.#client.write(chunk)) this.#upstream.socket.pause();
  }

  drain(): void {
    this.#client.resume();
  }

  end(): void {
    this.#client.end();
    this.#linger();
  }

  /** One side has ended: the other may stay for as long as it has something to say. */
  #linger(): void {
    this.#client.setTimeout(LINGER_MS);
  }

  failed(): void {
    // what the app sent before it left is still on its way
    this.#client.destroySoon();
  }

  close(): void {
    if (!this.#client.destroyed) this.#client.destroy();
    this.#upstream.abandon();
    this.#onClose();
  }

  connected(): void {}
  information(): void {}
  head(): void {}
  upgraded(): void {}
}
