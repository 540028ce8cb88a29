import type { Collection, JsonObject, PageRequest, Query, RowPage } from '@davit/domain';
import { manageRule } from '../access/manage.ts';
import { permits } from '../api-keys/scope.ts';
import type { Core } from '../core.ts';
import { buildQuery } from '../queries/build-query.ts';
import type { RequestInfo } from '../request.ts';
import { refuseReserved } from '../requests/list-parameters.ts';
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

interface Answers {
  /** by query */
  seen: Map<string, Promise<boolean>>;
  /** by who asks for what; undefined: nothing */
  told: Map<string, Promise<string | undefined>>;
}

interface About {
  change: Change;
  answers: Answers;
}

const ONE: PageRequest = { offset: 0, limit: 1, count: false };

/** Which subscriptions a change concerns, and what each of them is told. */
export class Delivery {
  readonly #core: Core;
  readonly #scope: Scope;

  constructor(core: Core, scope: Scope) {
    this.#core = core;
    this.#scope = scope;
  }

  /** Keys of the subscriptions that may see the record as it is now, and of those whose account manages it. */
  audience(
    clients: readonly Connection[],
    subject: Subject,
    find: Find<RowPage>,
  ): ReadonlySet<string> {
    const known = new Map<string, boolean>();
    const allowed = new Set<string>();
    for (const [client, topic] of concerned(clients, subject.collection, subject.record.id)) {
      const query = this.#accessQuery(client, topic, { ...subject, stored: true });
      const holds = (asked: Query): boolean =>
        remember(known, asked, () => find(asked, ONE).rows.length > 0);
      if (query === false || (query !== true && !holds(query))) continue;
      allowed.add(keyOf(client, topic));
      const managing = this.#manageQuery(client, topic, subject);
      if (managing && holds(managing)) allowed.add(managerKeyOf(client, topic));
    }
    return allowed;
  }

  async deliver(clients: readonly Connection[], change: Change, send: Send): Promise<void> {
    const { collection, record } = change;
    const answers: Answers = { seen: new Map(), told: new Map() };
    for (const [client, topic] of concerned(clients, collection, record.id)) {
      if (!client.open) continue;
      try {
        const data = await this.#told(client, topic, { change, answers });
        if (data === undefined || !client.open) continue;
        await send(client, { event: topic.subscription, data });
      } catch (error) {
        const fields = { collection: collection.name, error: String(error) };
        this.#core.logger.log('warn', 'a realtime message was not delivered', fields);
      }
    }
  }

  /** Clients that are the same account and ask the same get one answer. */
  async #told(client: Connection, topic: Topic, about: About): Promise<string | undefined> {
    const { change, answers } = about;
    const key = viewKey(client, topic, change.record.id);
    const known = answers.told.get(key);
    if (known) return known;
    const told = this.#sees(client, topic, about).then((sees) =>
      sees ? this.#data(client, topic, change) : undefined,
    );
    // a deletion is told to those who could see it before, each for itself
    if (change.action !== 'delete') answers.told.set(key, told);
    return told;
  }

  async #sees(client: Connection, topic: Topic, { change, answers }: About): Promise<boolean> {
    if (change.action === 'delete') return change.audience?.has(keyOf(client, topic)) ?? false;
    // as it was then: a later change may show what this one must not
    const query = this.#accessQuery(client, topic, { ...change, stored: false });
    if (typeof query === 'boolean') return query;
    return remember(answers.seen, query, async () => {
      const { rows } = await this.#scope.find(query, ONE);
      return rows.length > 0;
    });
  }

  /** true and false where no query is needed; a filter that does not resolve sees nothing. */
  #accessQuery(
    client: Connection,
    topic: Topic,
    subject: Subject & { stored: boolean },
  ): Query | boolean {
    const { collection, record, stored } = subject;
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
        request: askingRequest(client, topic),
        ...(stored ? { ids: [record.id] } : { rows: [schemaOf(collection).toRow(record)] }),
        filter,
        rule,
      });
    } catch {
      return false;
    }
  }

  #manageQuery(
    client: Connection,
    topic: Topic,
    { collection, record }: Subject,
  ): Query | undefined {
    const rule = client.auth && manageRule(collection);
    if (rule === undefined) return undefined;
    const request = requestOf(client, topic);
    return buildQuery(this.#core, { collection, request, rule, ids: [record.id] });
  }

  async #data(client: Connection, topic: Topic, change: Change): Promise<string> {
    const { collection, record, action, audience } = change;
    const context = {
      core: this.#core,
      scope: this.#scope,
      request: requestOf(client, topic),
      managed: audience?.has(managerKeyOf(client, topic)) ? [record.id] : [],
    };
    const [json = {}] = await enrich(context, collection, [record]);
    const data: JsonObject = { action, record: json };
    return JSON.stringify(data);
  }
}

/** Every subscription to the collection or to this record. */
function* concerned(
  clients: readonly Connection[],
  collection: Collection,
  id: string,
): Generator<[Connection, Topic]> {
  const names = schemaOf(collection).tags.flatMap((tag) => [tag, `${tag}/*`, `${tag}/${id}`]);
  for (const client of clients) {
    if (!client.open) continue;
    for (const topic of client.topicsOf(names)) yield [client, topic];
  }
}

/** Everything that what a client is told depends on. */
function viewKey({ auth, ip }: Connection, topic: Topic, id: string): string {
  const who = auth ? `${auth.collection.id}/${auth.record.id}/${auth.key?.id ?? ''}` : '';
  const single = topic.name.endsWith(`/${id}`);
  return `${who} ${ip} ${single} ${topic.options}`;
}

function keyOf(client: Connection, topic: Topic): string {
  return `${client.id} ${topic.subscription}`;
}

function managerKeyOf(client: Connection, topic: Topic): string {
  return `manager ${keyOf(client, topic)}`;
}

function requestOf({ auth, ip }: Connection, { query, headers }: Topic): RequestInfo {
  return { context: 'realtime', method: 'GET', query, headers, body: {}, auth, ip };
}

/** Throws `forbidden` for a filter that only superusers may have. */
function askingRequest(client: Connection, topic: Topic): RequestInfo {
  const request = requestOf(client, topic);
  if (topic.query.filter) refuseReserved(request);
  return request;
}

/** Clients that ask the same get one answer. */
function remember<T>(known: Map<string, T>, query: Query, work: () => T): T {
  const key = JSON.stringify(query);
  const answer = known.get(key) ?? work();
  known.set(key, answer);
  return answer;
}
