import {
  AppError,
  type Collection,
  type Json,
  type PageRequest,
  type Query,
  type RowPage,
  type WriteTx,
} from '@davit/domain';
import { tokenSettings } from '../auth/auth-options.ts';
import type { Audience, Core } from '../core.ts';
import { badRequest, notFound } from '../failure.ts';
import type { RecordData } from '../record.ts';
import type { AuthRecord, RequestInfo } from '../request.ts';
import { findRecord } from '../requests/load.ts';
import type { Scope } from '../scope.ts';
import type { Change } from '../write/draft.ts';
import type { RealtimeConnectRequestEvent } from '../hooks/events.ts';
import type { ConnectOptions, RealtimeClient, RealtimeMessage } from './client.ts';
import { Connection, IDLE_MS, MAX_AGE_MS } from './connection.ts';
import { Delivery } from './delivery.ts';
import type { PublishOptions, Realtime } from './realtime.ts';

/** changes that may wait to be told */
export const MAX_PENDING = 10_000;

/** Everybody who listens. */
export class RealtimeHub implements Realtime, Audience {
  readonly #core: Core;
  readonly #scope: Scope;
  readonly #delivery: Delivery;
  readonly #clients = new Map<string, Connection>();
  /** messages go out in the order of the commits: one change after the other */
  #queue: Promise<void> = Promise.resolve();
  #pending = 0;

  constructor(core: Core, scope: Scope) {
    this.#core = core;
    this.#scope = scope;
    this.#delivery = new Delivery(core, scope);
    core.listeners.push((change) => this.#onChange(change));
  }

  async connect(options: ConnectOptions): Promise<RealtimeClient> {
    const { chains, clock } = this.#core;
    const { promise: gone, resolve } = Promise.withResolvers<void>();
    const ended = (): void => {
      this.#clients.delete(client.id);
      resolve();
    };
    const client = new Connection(options, { clock, ended });
    const connected = Promise.withResolvers<RealtimeClient>();
    const event = { client, idleTimeout: IDLE_MS, maxTimeout: MAX_AGE_MS };
    // handlers see the whole life of the connection: what they do after `next()`, they do at its end
    const last = async (chained: RealtimeConnectRequestEvent): Promise<void> => {
      this.#clients.set(client.id, client);
      client.begin(chained);
      const data = JSON.stringify({ clientId: client.id });
      await this.#send(client, { event: 'PB_CONNECT', data });
      connected.resolve(client);
      await gone;
    };
    const life = async (): Promise<void> => chains.onRealtimeConnectRequest.run(event, [], last);
    this.#follow(client, life(), connected);
    return connected.promise;
  }

  #follow(
    client: Connection,
    life: Promise<void>,
    connected: PromiseWithResolvers<RealtimeClient>,
  ): void {
    const { background, logger } = this.#core;
    const watched = life
      .catch((error: unknown) => {
        // refused: its answer is the error, not an ended stream
        if (!this.#clients.has(client.id)) client.abandon();
        connected.reject(error);
        logger.log('debug', 'a realtime connection failed', { error: String(error) });
      })
      .finally(() => {
        background.delete(watched);
        client.end('gone');
        connected.resolve(client);
      });
    background.add(watched);
  }

  async subscribe(clientId: string, wanted: string[], request: RequestInfo): Promise<void> {
    const client = this.#clients.get(clientId);
    if (client === undefined) throw notFound('Missing or invalid client id.');
    if (client.ip !== request.ip) throw new AppError('invalid', 'Invalid realtime client.');
    if (client.auth && !isSame(client.auth, request.auth)) {
      const message = "The current and the previous request authorization don't match.";
      throw new AppError('forbidden', message);
    }
    if (wanted.length > 1000 || wanted.some((topic) => topic.length > 2500)) throw badRequest();
    const event = { client, request, subscriptions: wanted };
    await this.#core.chains.onRealtimeSubscribeRequest.run(event, [], ({ subscriptions }) => {
      client.auth = request.auth;
      client.subscribe(subscriptions);
    });
  }

  publish(topic: string, data: Json, options: PublishOptions = {}): void {
    const allow = options.allow ?? (() => true);
    const text = JSON.stringify(data);
    for (const client of this.#clients.values()) {
      for (const { name, subscription } of client.topics) {
        if (name === topic && allow(client.auth)) {
          void this.#send(client, { event: subscription, data: text });
        }
      }
    }
  }

  /**
   * One message to one client that waits for the topic, which ends its subscription. False where there is no such
   * client, or it is at another address.
   */
  tell(clientId: string, topic: string, { data, ip }: { data: Json; ip: string }): boolean {
    const client = this.#clients.get(clientId);
    const topics = client?.topics.filter(({ name }) => name === topic) ?? [];
    if (client === undefined || topics.length === 0) return false;
    const isOwn = client.ip === ip;
    for (const { subscription } of topics) {
      if (isOwn) void this.#send(client, { event: subscription, data: JSON.stringify(data) });
      // told from elsewhere, too: whoever guessed the client has one attempt
      client.unsubscribe(subscription);
    }
    return isOwn;
  }

  watched(topic: string): boolean {
    return this.clients().some((client) =>
      client.subscriptions.some((text) => text === topic || text.startsWith(`${topic}?`)),
    );
  }

  clients(): readonly RealtimeClient[] {
    return [...this.#clients.values()];
  }

  /** Access is worked out while the record is still there; for deletions inside the transaction. */
  of(tx: WriteTx, collection: Collection, record: RecordData): ReadonlySet<string> | undefined {
    if (this.#clients.size === 0) return undefined;
    const find = (query: Query, page: PageRequest): RowPage => tx.query(query, page);
    return this.#delivery.audience([...this.#clients.values()], { collection, record }, find);
  }

  /** Secrets or whole collections may be gone: who was signed in through them is a guest again. */
  onCollectionsChanged(): void {
    for (const client of this.#clients.values()) {
      if (client.auth === undefined) continue;
      const current = this.#core.catalog.find(client.auth.collection.id);
      const before = tokenSettings(client.auth.collection, 'auth').secret;
      if (!current || tokenSettings(current, 'auth').secret !== before) client.auth = undefined;
      else client.auth = { ...client.auth, collection: current };
    }
  }

  /** Another process may have changed the accounts: as they are now, or guests again. */
  async recheckAccounts(): Promise<void> {
    for (const client of [...this.#clients.values()]) {
      const { auth } = client;
      if (auth === undefined) continue;
      const context = { core: this.#core, scope: this.#scope };
      const record = await findRecord(context, auth.collection, { id: auth.record.id });
      if (client.auth !== auth) continue; // signed in anew meanwhile
      const isSameKey = record?.tokenKey === auth.record.tokenKey;
      client.auth = record && isSameKey ? { ...auth, record } : undefined;
    }
  }

  /** The key was changed or revoked: who came with it is a guest again. */
  forgetKey(id: string): void {
    for (const client of this.#clients.values()) {
      if (client.auth?.key?.id === id) client.auth = undefined;
    }
  }

  /** Ends all clients; resolves when nothing is being delivered any more. */
  async close(): Promise<void> {
    for (const client of [...this.#clients.values()]) client.end('shutdown');
    await this.#queue;
  }

  #onChange(change: Change): void {
    const clients = [...this.#clients.values()];
    if (clients.length === 0) return;
    if (change.collection.type === 'auth') for (const client of clients) refresh(client, change);
    if (this.#pending >= MAX_PENDING) return this.#giveUp(clients);
    this.#pending += 1;
    this.#queue = this.#queue.then(async () => {
      await this.#delivery.deliver(clients, change, (client, message) =>
        this.#send(client, message),
      );
      this.#pending -= 1;
    });
  }

  /** Changes come faster than they can be checked: whoever is connected anew reads what is, and has missed nothing. */
  #giveUp(clients: readonly Connection[]): void {
    this.#core.logger.log('warn', 'realtime clients are ended: too many changes wait', {
      clients: clients.length,
    });
    for (const client of clients) client.end('slow');
  }

  async #send(client: Connection, message: RealtimeMessage): Promise<void> {
    const chain = this.#core.chains.onRealtimeMessageSend;
    if (chain.size === 0) return client.send(message);
    const event = { client, auth: client.auth, message };
    try {
      await chain.run(event, [], (chained) => {
        client.send(chained.message);
      });
    } catch (error) {
      // it has missed one: it reconnects and reads anew
      client.end('failed');
      this.#core.logger.log('warn', 'a hook kept a message back', { error: String(error) });
    }
  }
}

function isSame(left: AuthRecord, right: AuthRecord | undefined): boolean {
  return left.collection.id === right?.collection.id && left.record.id === right.record.id;
}

/** A changed account is seen as it is now; one with a new token key has to sign in again. */
function refresh(client: Connection, { collection, record, action }: Change): void {
  const { auth } = client;
  if (auth?.record.id !== record.id || auth.collection.id !== collection.id) return;
  const revoked = action === 'delete' || auth.record.tokenKey !== record.tokenKey;
  client.auth = revoked ? undefined : { ...auth, record };
}
