import type { Json } from '@davit/domain';
import type { AuthRecord, RequestInfo } from '../request.ts';
import type { ConnectOptions, RealtimeClient } from './client.ts';

export interface PublishOptions {
  /** who gets it; default: every subscriber */
  allow?: (auth: AuthRecord | undefined) => boolean;
}

/** Subscriptions and their messages. A slow client is ended, never waited for. */
export interface Realtime {
  /** Registers a connection and sends `PB_CONNECT`. */
  connect(options: ConnectOptions): Promise<RealtimeClient>;
  /**
   * Replaces the client's subscriptions. Throws `not_found` (*Missing or invalid client id.*), `invalid`,
   * `forbidden`.
   */
  subscribe(clientId: string, subscriptions: string[], request: RequestInfo): Promise<void>;
  /** Sends `data` to whoever is subscribed to exactly `topic` (options after `?` apart). */
  publish(topic: string, data: Json, options?: PublishOptions): void;
  /** Is anybody subscribed to the topic? */
  watched(topic: string): boolean;
  clients(): readonly RealtimeClient[];
}
