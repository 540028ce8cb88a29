import type { Collection, JsonObject, PageRequest, Query, RowPage } from '@davit/domain';
import { permits } from '../api-keys/scope.ts';
import type { Core } from '../core.ts';
import { buildQuery } from '../queries/build-query.ts';
import type { RequestInfo } from '../request.ts';
import { schemaOf } from '../schema.ts';
import type { Scope } from '../scope.ts';
import { enrich } from '../shape/enrich.ts';
import type { Change } from '../write/draft.ts';
import type { RealtimeMessage } from './client.ts';
import type { Connection } from './connection.ts';
import type { Topic } from './topic.ts';

type Subject = Pick<Change, 'collection' | 'record'>;
type Find<R> = (query: Query, page: PageRequest) => R;
type Send = (client: Connection, message: RealtimeMessage) => Promise<void>;

const ONE: PageRequest = { offset: 0, limit: 1, count: false };

/** Which subscriptions a change concerns, and what each of them is told. */
export class Delivery {
  readonly #core: Core;
  readonly #scope: Scope;

  constructor(core: Core, scope: Scope) {
    this.#core = core;
    this.#scope = scope;
  }

  /** Keys of the subscriptions that may see the record as it is now. */
  audience(
    clients: readonly Connection[],
    subject: Subject,
    find: Find<RowPage>,
  ): ReadonlySet<string> {
    const known = new Map<string, boolean>();
    const allowed = new Set<string>();
    for (const [client, topic] of concerned(clients, subject.collection, subject.record.id)) {
      const query = this.#accessQuery(client, topic, subject);
      if (query === false) continue;
      if (query === true || remember(known, query, () => find(query, ONE).rows.length > 0)) {
        allowed.add(keyOf(client, topic));
      }
    }
    return allowed;
  }

  async deliver(clients: readonly Connection[], change: Change, send: Send): Promise<void> {
    const { collection, record, action, audience } = change;
    const known = new Map<string, Promise<boolean>>();
    for (const [client, topic] of concerned(clients, collection, record.id)) {
      const sees =
        action === 'delete'
          ? (audience?.has(keyOf(client, topic)) ?? false)
          : await this.#sees(client, topic, { change, known });
      if (!sees || !client.open) continue;
      const message = await this.#message(client, topic, change);
      await send(client, message);
    }
  }

  async #sees(
    client: Connection,
    topic: Topic,
    { change, known }: { change: Change; known: Map<string, Promise<boolean>> },
  ): Promise<boolean> {
    const query = this.#accessQuery(client, topic, change);
    if (typeof query === 'boolean') return query;
    return remember(known, query, async () => {
      const { rows } = await this.#scope.find(query, ONE);
      return rows.length > 0;
    });
  }

  /** true and false where no query is needed; a filter that does not resolve sees nothing. */
  #accessQuery(client: Connection, topic: Topic, { collection, record }: Subject): Query | boolean {
    const single = topic.name.endsWith(`/${record.id}`);
    if (!permits(client.auth, collection, single ? 'view' : 'list')) return false;
    const superuser = client.auth?.superuser === true;
    const rule = superuser ? '' : collection[single ? 'viewRule' : 'listRule'];
    const { filter = '' } = topic.query;
    if (rule === null) return false;
    if (rule === '' && filter === '') return true;
    try {
      return buildQuery(this.#core, {
        collection,
        request: requestOf(client, topic),
        ids: [record.id],
        filter,
        rule,
      });
    } catch {
      return false;
    }
  }

  async #message(client: Connection, topic: Topic, change: Change): Promise<RealtimeMessage> {
    const { collection, record, action } = change;
    const context = { core: this.#core, scope: this.#scope, request: requestOf(client, topic) };
    const [json = {}] = await enrich(context, collection, [record]);
    const data: JsonObject = { action, record: json };
    return { event: topic.subscription, data: JSON.stringify(data) };
  }
}

/** Every subscription to the collection or to this record. */
function* concerned(
  clients: readonly Connection[],
  collection: Collection,
  id: string,
): Generator<[Connection, Topic]> {
  const names = new Set(
    schemaOf(collection).tags.flatMap((tag) => [tag, `${tag}/*`, `${tag}/${id}`]),
  );
  for (const client of clients) {
    if (!client.open) continue;
    for (const topic of client.topics) if (names.has(topic.name)) yield [client, topic];
  }
}

function keyOf(client: Connection, topic: Topic): string {
  return `${client.id} ${topic.subscription}`;
}

function requestOf({ auth, ip }: Connection, { query, headers }: Topic): RequestInfo {
  return { context: 'realtime', method: 'GET', query, headers, body: {}, auth, ip };
}

/** Clients that ask the same get one answer. */
function remember<T>(known: Map<string, T>, query: Query, work: () => T): T {
  const key = JSON.stringify(query);
  const answer = known.get(key) ?? work();
  known.set(key, answer);
  return answer;
}
