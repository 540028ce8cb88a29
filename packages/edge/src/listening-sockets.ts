import { once } from 'node:events';
import { type AddressInfo, connect, Server, type Socket } from 'node:net';

export interface ListenAddress {
  host: string;
  port: number;
}

/**
 * Node takes one connection from a listening socket in a turn of its event loop, and serves all that is ready in the
 * same turn: under load the last of hundreds of clients who come at once would wait for seconds.
 */
const SOCKETS = 32;
const BACKLOG = 4096;

/** The listening sockets of one address: the kernel spreads new connections among them. */
export class ListeningSockets {
  readonly #server: Server;
  readonly #sockets: Server[];

  constructor(server: Server) {
    this.#server = server;
    this.#sockets = [server];
  }

  /** Where it listens, the port found out; undefined before and after. */
  get address(): ListenAddress | undefined {
    const found = this.#server.address() as AddressInfo | null;
    return found ? { host: found.address, port: found.port } : undefined;
  }

  get fileDescriptors(): number[] {
    return this.#sockets.flatMap((socket) => {
      const { _handle: handle } = socket as unknown as { _handle?: { fd?: number } };
      return handle?.fd === undefined ? [] : [handle.fd];
    });
  }

  /** On the sockets of a predecessor. */
  async adopt(descriptors: readonly number[]): Promise<void> {
    const [first, ...others] = descriptors;
    await listen(this.#server, { fd: first });
    for (const fd of others) await listen(this.#more(), { fd });
  }

  /** Throws where another process listens there. */
  async open({ host, port }: ListenAddress): Promise<void> {
    if (process.platform !== 'linux') return listen(this.#server, { host, port });
    if (port !== 0) await refuseTaken({ host, port });
    await listen(this.#server, { host, port, reusePort: true });
    const place = this.address ?? { host, port };
    for (let i = 1; i < SOCKETS; i++) await listen(this.#more(), { ...place, reusePort: true });
  }

  /** Takes no new connections; those that stand stay, idle ones too. Resolves when the last of them has ended. */
  async close(): Promise<void> {
    const open = this.#sockets.filter(({ listening }) => listening);
    const closed = open.map((socket) => once(socket, 'close'));
    // http.Server's own close would cut idle connections on which a request may be under way to us
    for (const socket of open) Server.prototype.close.call(socket);
    await Promise.all(closed);
  }

  #more(): Server {
    // as http.Server has it
    const socket = new Server({ allowHalfOpen: true, noDelay: true });
    socket.on('connection', (connection: Socket) => this.#server.emit('connection', connection));
    this.#sockets.push(socket);
    return socket;
  }
}

const NO_ANSWER_MS = 1_000;

/**
 * Sockets that share an address may share it with another process, too: only a plain one finds out. It is opened where
 * somebody answers and nowhere else: clients who wait for this program would be taken by it, and lost.
 */
async function refuseTaken(place: ListenAddress): Promise<void> {
  if (!(await answers(place))) return;
  const probe = new Server();
  await listen(probe, place);
  probe.close();
  await once(probe, 'close');
}

async function answers({ host, port }: ListenAddress): Promise<boolean> {
  // what listens on all addresses is asked at the machine's own
  const any: Record<string, string> = { '0.0.0.0': '127.0.0.1', '::': '::1', '': '127.0.0.1' };
  const socket = connect({ host: any[host] ?? host, port });
  try {
    await once(socket, 'connect', { signal: AbortSignal.timeout(NO_ANSWER_MS) });
    return true;
  } catch (error) {
    return !(error instanceof Error && 'code' in error && error.code === 'ECONNREFUSED');
  } finally {
    socket.destroy();
  }
}

async function listen(
  server: Server,
  place: Partial<ListenAddress> & { fd?: number | undefined; reusePort?: boolean },
): Promise<void> {
  server.listen({ ...place, backlog: BACKLOG });
  await once(server, 'listening');
}
