import { AppError } from '@davit/domain';

export interface SubscriptionOptions {
  signal: AbortSignal;
  /** events that may wait */
  limit: number;
  onEnd: () => void;
}

type Waiter<T> = (result: IteratorResult<T, undefined>) => void;

/** One listener's bounded queue, read as an async iterable by one reader. */
export class Subscription<T> implements AsyncIterableIterator<T, undefined> {
  readonly #options: SubscriptionOptions;
  readonly #abort = (): void => this.#end();
  #queue: T[] = [];
  #waiter: Waiter<T> | undefined;
  #ended = false;
  #failure: AppError | undefined;

  constructor(options: SubscriptionOptions) {
    this.#options = options;
    if (options.signal.aborted) this.#ended = true;
    else options.signal.addEventListener('abort', this.#abort, { once: true });
  }

  push(event: T): void {
    if (this.#ended) return;
    const waiter = this.#waiter;
    if (waiter) {
      this.#waiter = undefined;
      waiter({ value: event, done: false });
    } else if (this.#queue.length >= this.#options.limit) {
      this.#failure = new AppError('unavailable', 'The listener fell behind and was dropped.');
      this.#end();
    } else {
      this.#queue.push(event);
    }
  }

  next(): Promise<IteratorResult<T, undefined>> {
    const failure = this.#failure;
    if (failure) {
      this.#failure = undefined;
      return Promise.reject(failure);
    }
    const event = this.#queue.shift();
    if (event !== undefined) return Promise.resolve({ value: event, done: false });
    if (this.#ended) return Promise.resolve({ value: undefined, done: true });
    return new Promise((resolve) => (this.#waiter = resolve));
  }

  return(): Promise<IteratorResult<T, undefined>> {
    this.#end();
    return Promise.resolve({ value: undefined, done: true });
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  #end(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#queue = [];
    this.#options.signal.removeEventListener('abort', this.#abort);
    this.#options.onEnd();
    this.#waiter?.({ value: undefined, done: true });
    this.#waiter = undefined;
  }
}
