import { createWriteStream, type WriteStream } from 'node:fs';
import { once } from 'node:events';
import type { Exchange } from './exchange.ts';

const MAX_WAITING = 4 * 1024 * 1024;

/** One JSON line for each request. A disk that cannot keep up costs lines, not requests. */
export class AccessLog {
  readonly #stream: WriteStream;
  #lost = 0;
  problem: string | undefined;

  constructor(path: string) {
    this.#stream = createWriteStream(path, { flags: 'a', mode: 0o640 });
    this.#stream.on('error', (error) => {
      this.problem = `The access log cannot be written: ${error.message}.`;
    });
  }

  write(exchange: Exchange): void {
    if (this.#stream.destroyed || this.#stream.writableLength > MAX_WAITING) {
      this.#lost += 1;
      return;
    }
    const { of, live, status, bytesIn, bytesOut, begun } = exchange;
    const { facts, peer, request, id } = of;
    const line = {
      time: new Date().toISOString(),
      requestId: id,
      client: peer.address,
      method: request.method,
      host: facts.host,
      // no query: it may hold secrets
      path: facts.target.split('?', 1)[0],
      status,
      ms: Math.round((performance.now() - begun) * 10) / 10,
      bytesIn,
      bytesOut,
      projectId: live?.route.app.projectId,
      deploymentId: live?.route.app.deploymentId,
      target: exchange.targetId,
      ...(this.#lost > 0 ? { linesLost: this.#lost } : {}),
    };
    this.#lost = 0;
    this.#stream.write(`${JSON.stringify(line)}\n`);
  }

  async close(): Promise<void> {
    if (this.#stream.destroyed) return;
    this.#stream.end();
    await once(this.#stream, 'close');
  }
}
