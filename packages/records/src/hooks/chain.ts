export interface HookOptions {
  /** only for these collections, by id or name; none: for all */
  tags?: readonly string[];
  /** lower runs earlier (outer); equal ones in order of registration. Default 0 */
  priority?: number;
  /** a handler with the same id is replaced, and keeps its place among those of its priority */
  id?: string;
}

/** Registers a handler; answers its id, which `off` takes. */
export type RegisterHook<E, R> = (handler: (event: E) => R, options?: HookOptions) => string;

interface Handler<E, R> {
  id: string;
  tags: readonly string[];
  priority: number;
  call: (event: E) => R;
}

/** The handlers of one kind of event: a chain of responsibility. */
export class HookChain<E extends { next(): R }, R> {
  #handlers: Handler<E, R>[] = [];
  /** those for some tags; a list of tags is made once for each version of a collection */
  #matching = new WeakMap<readonly string[], Handler<E, R>[]>();
  readonly #name: string;
  #counter = 0;

  constructor(name: string) {
    this.#name = name;
  }

  /** how many handlers there are, whatever their tags */
  get size(): number {
    return this.#handlers.length;
  }

  readonly add: RegisterHook<E, R> = (call, options = {}) => {
    const handler = {
      id: options.id ?? `${this.#name}#${++this.#counter}`,
      tags: options.tags ?? [],
      priority: options.priority ?? 0,
      call,
    };
    const known = this.#handlers.findIndex(({ id }) => id === handler.id);
    const next = known < 0 ? [...this.#handlers, handler] : this.#handlers.with(known, handler);
    this.#change(next.sort((a, b) => a.priority - b.priority)); // stable
    return handler.id;
  };

  remove(id: string): boolean {
    const before = this.#handlers.length;
    this.#change(this.#handlers.filter((handler) => handler.id !== id));
    return this.#handlers.length < before;
  }

  clear(): void {
    this.#change([]);
  }

  /** Worth building an event for? */
  handles(tags: readonly string[]): boolean {
    if (this.#handlers.length === 0) return false;
    return this.#for(tags).length > 0;
  }

  /**
   * Runs the handlers that match `tags` around `last`. `event.next` goes one step further each time it is called;
   * after the last step it does nothing.
   */
  run(event: Omit<E, 'next'>, tags: readonly string[], last: (event: E) => R): R {
    const chained = event as E;
    if (this.#handlers.length === 0) return last(chained);
    const handlers = this.#for(tags);
    if (handlers.length === 0) return last(chained);
    let step = 0;
    const next = (): R => {
      const index = step++;
      const handler = handlers[index];
      // in the last step, and in handlers of an outer chain that shares the event, nothing is left to do
      if (handler) return handler.call(chained);
      return index === handlers.length ? last(chained) : (undefined as R);
    };
    chained.next = next;
    return next();
  }

  #change(handlers: Handler<E, R>[]): void {
    this.#handlers = handlers;
    this.#matching = new WeakMap();
  }

  #for(tags: readonly string[]): Handler<E, R>[] {
    const known = this.#matching.get(tags);
    if (known) return known;
    const matching = this.#handlers.filter((handler) => matches(handler.tags, tags));
    if (tags.length > 0) this.#matching.set(tags, matching);
    return matching;
  }
}

function matches(wanted: readonly string[], tags: readonly string[]): boolean {
  return wanted.length === 0 || wanted.some((tag) => tags.includes(tag));
}
