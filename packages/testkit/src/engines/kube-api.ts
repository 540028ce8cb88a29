import { AppError } from '@davit/domain';
import { Agent, request } from 'undici';
import type { Connection } from './kubeconfig.ts';

type Method = 'GET' | 'POST' | 'PATCH' | 'DELETE';

/** The few plain requests that the engines themselves send to their API server. */
export class KubeApi implements AsyncDisposable {
  readonly #agent: Agent;
  readonly #connection: Connection;

  constructor(connection: Connection) {
    this.#connection = connection;
    this.#agent = new Agent({ connect: { ca: connection.authority } });
  }

  async get<T>(path: string): Promise<T> {
    return (await this.send('GET', path)) as T;
  }

  async send(method: Method, path: string, object?: object): Promise<unknown> {
    const patch = method === 'PATCH' ? 'application/merge-patch+json' : 'application/json';
    const { statusCode, body } = await request(this.#connection.url + path, {
      method,
      dispatcher: this.#agent,
      headers: { authorization: `Bearer ${this.#connection.token}`, 'content-type': patch },
      ...(object ? { body: JSON.stringify(object) } : {}),
    });
    const answer = (await body.json()) as { message?: string };
    if (statusCode >= 400)
      throw new AppError('unavailable', `${method} ${path}: ${statusCode} ${answer.message}`);
    return answer;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#agent.destroy();
  }
}
