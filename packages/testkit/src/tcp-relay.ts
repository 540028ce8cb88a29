import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';

/** Forwards TCP connections to one address, badly where asked. */
export class TcpRelay {
  readonly #host: string;
  readonly #targetPort: number;
  readonly #sockets = new Set<Socket>();
  #server: Server | undefined;
  #port = 0;
  #hanging = false;
  #delay = 0;

  constructor(target: URL) {
    this.#host = target.hostname;
    this.#targetPort = Number(target.port || (target.protocol === 'https:' ? 443 : 80));
  }

  get port(): number {
    return this.#port;
  }

  /** Both ends of a connection count as one. */
  get connections(): number {
    return Math.ceil(this.#sockets.size / 2);
  }

  /** Listens (again, on the same port) and forwards without faults. */
  async restore(): Promise<void> {
    this.#delay = 0;
    this.hang(false);
    if (this.#server) return;
    const server = createServer((client) => this.#relay(client));
    this.#server = server;
    server.listen(this.#port, '127.0.0.1');
    await once(server, 'listening');
    this.#port = (server.address() as AddressInfo).port;
  }

  /** Stops listening; the port answers nobody, open connections live on. */
  refuse(): void {
    this.#server?.close();
    this.#server = undefined;
  }

  reset(): void {
    for (const socket of this.#sockets) socket.resetAndDestroy();
  }

  hang(on: boolean): void {
    this.#hanging = on;
    for (const socket of this.#sockets)
      if (on) socket.pause();
      else socket.resume();
  }

  delay(ms: number): void {
    this.#delay = ms;
  }

  #relay(client: Socket): void {
    const server = connect(this.#targetPort, this.#host);
    this.#pipe(client, server);
    this.#pipe(server, client);
    if (this.#hanging) this.hang(true);
  }

  #pipe(from: Socket, to: Socket): void {
    this.#sockets.add(from);
    from.setNoDelay(true);
    from.on('data', (chunk: Buffer) => {
      if (this.#delay > 0) from.pause(); // one piece after the other: nothing is far ahead of the other end
      this.#later(() => {
        if (!this.#hanging) from.resume();
        this.#forward(chunk, from, to);
      });
    });
    from.on('end', () => this.#later(() => to.end()));
    // a real network passes a broken connection on as a reset
    from.on('error', () => to.resetAndDestroy());
    from.on('close', () => {
      this.#sockets.delete(from);
      this.#later(() => to.destroySoon());
    });
  }

  #forward(chunk: Buffer, from: Socket, to: Socket): void {
    if (to.destroyed || to.write(chunk)) return;
    from.pause();
    to.once('drain', () => {
      if (!this.#hanging) from.resume();
    });
  }

  #later(action: () => void): void {
    if (this.#delay > 0) setTimeout(action, this.#delay);
    else action();
  }
}
