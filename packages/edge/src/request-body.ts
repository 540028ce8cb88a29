import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';

const CRLF = '\r\n';

/** Passes a request's body on as it comes, no faster than the app takes it. */
export class RequestBody {
  readonly #request: IncomingMessage;
  readonly #chunked: boolean;
  readonly #onProgress: (bytes: number) => void;
  readonly #onEnd: () => void;
  #socket: Socket | undefined;
  #attached = false;
  sent = 0;
  done = false;

  constructor(
    request: IncomingMessage,
    options: { chunked: boolean; onProgress: (bytes: number) => void; onEnd: () => void },
  ) {
    this.#request = request;
    this.#chunked = options.chunked;
    this.#onProgress = options.onProgress;
    this.#onEnd = options.onEnd;
  }

  /** Whether the client, not the app, is who has to move. */
  get awaitsClient(): boolean {
    return this.#socket !== undefined && !this.done && !this.#request.isPaused();
  }

  sendTo(socket: Socket): void {
    this.#socket = socket;
    if (this.#attached) return void this.#request.resume();
    this.#attached = true;
    this.#request
      .on('data', (chunk: Buffer) => this.#pass(chunk))
      .on('end', () => this.#end())
      // the response's 'close' tells the same
      .on('error', () => {});
  }

  /** The connection went away before a byte was sent: wait for another. */
  hold(): void {
    this.#socket = undefined;
    if (this.#attached) this.#request.pause();
  }

  resume(): void {
    if (this.#socket) this.#request.resume();
  }

  /** The app wants no more: what still comes is read and dropped. */
  drop(): void {
    this.#socket = undefined;
    this.#request.resume();
  }

  #pass(chunk: Buffer): void {
    this.sent += chunk.length;
    this.#onProgress(chunk.length);
    const socket = this.#socket;
    if (!socket || socket.destroyed) return;
    if (this.#chunked) {
      socket.cork();
      socket.write(chunk.length.toString(16) + CRLF, 'latin1');
      socket.write(chunk);
    }
    const more = socket.write(this.#chunked ? CRLF : chunk);
    if (this.#chunked) socket.uncork();
    if (!more) this.#request.pause();
  }

  #end(): void {
    this.done = true;
    const { rawTrailers } = this.#request;
    if (this.#chunked && this.#socket && !this.#socket.destroyed) {
      let last = `0${CRLF}`;
      for (let i = 0; i < rawTrailers.length; i += 2) {
        last += `${rawTrailers[i]}: ${rawTrailers[i + 1]}${CRLF}`;
      }
      this.#socket.write(last + CRLF, 'latin1');
    }
    this.#onEnd();
  }
}
