import { connect, type Socket } from 'node:net';
import { AppError } from '@davit/domain';
import { type ResponseHead, type ResponseListener, ResponseParser } from './response-parser.ts';

/** Who sends a request over an upstream connection, and hears what becomes of it. */
export interface UpstreamUser {
  connected(): void;
  information(head: ResponseHead): void;
  head(head: ResponseHead): void;
  data(chunk: Buffer): void;
  end(trailers: string[]): void;
  /** from now on `data` brings raw bytes, and `end` the end of them */
  upgraded(head: ResponseHead, rest: Buffer): void;
  /** more may be sent */
  drain(): void;
  /** the connection is gone before the answer was complete */
  failed(error: AppError): void;
}

/** What a connection belongs to. */
export interface UpstreamOwner {
  readonly host: string;
  readonly port: number;
  /** the answer is complete and the connection fit for another request */
  release(upstream: Upstream): void;
  gone(upstream: Upstream): void;
}

/** One connection to an instance: one request at a time, then the next. */
export class Upstream implements ResponseListener {
  readonly socket: Socket;
  readonly #owner: UpstreamOwner;
  readonly #parser: ResponseParser = new ResponseParser(this);
  #user: UpstreamUser | undefined;
  #reusable = false;
  #upgraded = false;
  /** requests answered so far: above 0 the connection comes from the pool */
  served = 0;
  /** whether the TCP connection stands */
  isConnected = false;
  /** performance.now() of the last release */
  idleSince = 0;

  constructor(owner: UpstreamOwner, user: UpstreamUser) {
    this.#owner = owner;
    this.#user = user;
    this.socket = connect({
      host: owner.host,
      port: owner.port,
      noDelay: true,
      allowHalfOpen: true,
    });
    this.socket
      .on('connect', () => {
        this.isConnected = true;
        this.#user?.connected();
      })
      .on('data', (chunk) => this.#read(chunk))
      .on('drain', () => this.#user?.drain())
      .on('end', () => this.#ended())
      .on('error', (error) => this.#fail(error))
      .on('close', () => this.#fail(undefined));
  }

  use(user: UpstreamUser): void {
    this.#user = user;
  }

  /** Sends the head of a request; false where the socket is full. */
  begin(method: string, head: string): boolean {
    this.#parser.expect(method);
    this.#reusable = false;
    return this.socket.write(head, 'latin1');
  }

  /** The user is no longer interested; what is on the wire cannot be taken back. */
  abandon(): void {
    this.#user = undefined;
    this.destroy();
  }

  destroy(): void {
    this.#owner.gone(this);
    this.socket.destroy();
  }

  information(head: ResponseHead): void {
    this.#user?.information(head);
  }

  head(head: ResponseHead): void {
    this.#reusable = head.keepAlive;
    this.#user?.head(head);
  }

  data(chunk: Buffer): void {
    this.#user?.data(chunk);
  }

  end(trailers: string[]): void {
    const user = this.#user;
    this.#user = undefined;
    this.served += 1;
    user?.end(trailers);
  }

  upgraded(head: ResponseHead, rest: Buffer): void {
    this.#upgraded = true;
    this.#user?.upgraded(head, rest);
  }

  /** Call when the request has been sent completely and the answer read. */
  finish(): void {
    if (this.#reusable && !this.socket.destroyed) this.#owner.release(this);
    else this.destroy();
  }

  #read(chunk: Buffer): void {
    if (this.#upgraded) return this.#user?.data(chunk);
    try {
      this.#parser.push(chunk);
    } catch (error) {
      this.#reusable = false;
      this.#fail(error);
    }
  }

  #ended(): void {
    if (this.#upgraded) return this.#user?.end([]);
    this.#reusable = false;
    if (this.#user) {
      try {
        this.#parser.close();
      } catch (error) {
        this.#fail(error);
      }
    }
    this.destroy();
  }

  #fail(cause: unknown): void {
    const user = this.#user;
    this.#user = undefined;
    this.destroy();
    if (!user) return;
    const error = AppError.is(cause)
      ? cause
      : new AppError('unavailable', 'The app closed the connection.', { cause });
    user.failed(error);
  }
}
