import { Agent, request } from 'undici';

type Method = 'GET' | 'POST' | 'PATCH';
const TABLE = 'application/json;as=Table;v=v1;g=meta.k8s.io';
const types = {
  json: 'application/json',
  merge: 'application/merge-patch+json',
  apply: 'application/apply-patch+yaml',
};

export interface KubeObject {
  apiVersion: string;
  kind: string;
  metadata: { name: string; namespace?: string; uid?: string };
  [field: string]: unknown;
}

interface Table {
  columnDefinitions: { name: string }[];
  rows?: { cells: unknown[] }[];
}

interface Call {
  object?: object;
  type?: keyof typeof types;
  accept?: string;
}

/** The least that can talk to an API server: the floor to compare with. */
export class KubeClient implements AsyncDisposable {
  readonly #agent: Agent;
  readonly #url: string;
  readonly #token: string;

  constructor(server: { url: string; token: string }, connections: number) {
    this.#url = server.url;
    this.#token = server.token;
    this.#agent = new Agent({ connections, connect: { rejectUnauthorized: false } });
  }

  async text(path: string): Promise<string> {
    return this.#send('GET', path);
  }

  async get<T>(path: string): Promise<T> {
    return JSON.parse(await this.#send('GET', path)) as T;
  }

  /** A list as kubectl shows it, by the names of its columns: cheap, however many there are. */
  async table(path: string): Promise<Readonly<Record<string, unknown>>[]> {
    const text = await this.#send('GET', `${path}?includeObject=None`, { accept: TABLE });
    const { columnDefinitions, rows } = JSON.parse(text) as Table;
    return (rows ?? []).map(({ cells }) =>
      Object.fromEntries(columnDefinitions.map(({ name }, index) => [name, cells[index]])),
    );
  }

  async create(path: string, object: object): Promise<KubeObject> {
    return JSON.parse(await this.#send('POST', path, { object, type: 'json' })) as KubeObject;
  }

  async merge(path: string, object: object): Promise<void> {
    JSON.parse(await this.#send('PATCH', path, { object, type: 'merge' }));
  }

  async apply(path: string, object: object): Promise<void> {
    const query = '?fieldManager=bench&force=true';
    JSON.parse(await this.#send('PATCH', path + query, { object, type: 'apply' }));
  }

  /** How many objects there are, without fetching them. */
  async count(path: string): Promise<number> {
    const list = await this.get<{
      items: unknown[];
      metadata: { remainingItemCount?: number };
    }>(`${path}?limit=1`);
    return list.items.length + (list.metadata.remainingItemCount ?? 0);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#agent.destroy();
  }

  async #send(method: Method, path: string, call: Call = {}): Promise<string> {
    const { object, type, accept = 'application/json' } = call;
    const { statusCode, body: answer } = await request(this.#url + path, {
      method,
      dispatcher: this.#agent,
      headers: {
        accept,
        authorization: `Bearer ${this.#token}`,
        ...(type ? { 'content-type': types[type] } : {}),
      },
      ...(object ? { body: JSON.stringify(object) } : {}),
    });
    const text = await answer.text();
    if (statusCode >= 400) throw new Error(`${method} ${path}: ${statusCode} ${text}`);
    return text;
  }
}

/** Does `work` for each item, `width` at a time, in order. */
export async function inParallel<T>(
  items: AsyncIterable<T> | Iterable<T>,
  width: number,
  work: (item: T) => Promise<void>,
): Promise<void> {
  const iterator =
    Symbol.asyncIterator in items ? items[Symbol.asyncIterator]() : items[Symbol.iterator]();
  const worker = async (): Promise<void> => {
    for (let next = await iterator.next(); !next.done; next = await iterator.next())
      await work(next.value);
  };
  await Promise.all(Array.from({ length: width }, worker));
}
