import { once } from 'node:events';
import { chmod, mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { dirname, join } from 'node:path';
import { AppError, type Code, type EdgeStatus, toAppError } from '@davit/domain';

/** What the control socket can ask for. */
export interface Controls {
  put(table: unknown): Promise<{ generation: number }>;
  status(): EdgeStatus;
  handOver(input: unknown): Promise<{ pid: number }>;
}

const MAX_BODY = 16 * 1024 * 1024;
const STATUS: Partial<Record<Code, number>> = {
  invalid: 400,
  not_found: 404,
  conflict: 409,
  too_large: 413,
  unsupported: 501,
  unavailable: 503,
};

/** HTTP and JSON on a Unix socket that only its owner can open. */
export class ControlServer {
  readonly #path: string;
  readonly #controls: Controls;
  readonly #server: Server;

  constructor(path: string, controls: Controls) {
    this.#path = path;
    this.#controls = controls;
    this.#server = createServer((request, response) => void this.#handle(request, response));
  }

  /** Takes the path over from whoever had it: new connections come here from now on. */
  async open(): Promise<void> {
    await mkdir(dirname(this.#path), { recursive: true });
    // bound in a folder only we can enter, so that it is never open to others, then moved into place
    const folder = await mkdtemp(`${this.#path}.`);
    try {
      const draft = join(folder, 's');
      this.#server.listen(draft);
      await once(this.#server, 'listening');
      await chmod(draft, 0o600);
      await rename(draft, this.#path);
    } catch (cause) {
      throw new AppError('unavailable', `Cannot listen on ${this.#path}.`, { cause });
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }

  close(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }

  /** Ends when the answers under way have been given. */
  finish(): void {
    this.#server.close();
  }

  async #handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      send(response, 200, await this.#answer(request));
    } catch (error) {
      const { code, message, data = {} } = toAppError(error);
      send(response, STATUS[code] ?? 500, { code, message, data });
    }
  }

  async #answer(request: IncomingMessage): Promise<unknown> {
    switch (`${request.method} ${request.url}`) {
      case 'PUT /routes':
        return this.#controls.put(await readJson(request));
      case 'GET /routes':
        return this.#controls.status();
      case 'POST /handover':
        return this.#controls.handOver(await readJson(request));
      default:
        throw new AppError('not_found', 'There are PUT /routes, GET /routes and POST /handover.');
    }
  }
}

function send(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'Content-Type': 'application/json', Connection: 'close' });
  response.end(JSON.stringify(body));
}

async function readJson(request: IncomingMessage): Promise<unknown> {
  const pieces: Buffer[] = [];
  let size = 0;
  for await (const piece of request as AsyncIterable<Buffer>) {
    size += piece.length;
    if (size > MAX_BODY) throw new AppError('too_large', 'The route table is too large.');
    pieces.push(piece);
  }
  if (size === 0) return undefined;
  try {
    return JSON.parse(Buffer.concat(pieces).toString()) as unknown;
  } catch (cause) {
    throw new AppError('invalid', 'The body is no JSON.', { cause });
  }
}
