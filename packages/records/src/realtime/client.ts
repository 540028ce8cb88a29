import type { AuthRecord } from '../request.ts';

export interface RealtimeMessage {
  /** the subscription exactly as it was submitted, or `PB_CONNECT` */
  event: string;
  /** JSON text */
  data: string;
}

export const REALTIME_END_REASONS = [
  'idle',
  'expired',
  'slow',
  'failed',
  'gone',
  'shutdown',
] as const;
export type RealtimeEndReason = (typeof REALTIME_END_REASONS)[number];

export interface ConnectOptions {
  /** the real client address; later subscribe requests must come from the same one */
  ip: string;
  auth?: AuthRecord | undefined;
  /** Hands one message to the transport; a promise means "wait until it is drained". */
  send(message: RealtimeMessage, clientId: string): void | Promise<void>;
  /** The hub has ended this client; the transport must close the connection. */
  end(reason: RealtimeEndReason): void;
  /** aborted when the connection is gone */
  signal: AbortSignal;
}

/** One open connection. */
export interface RealtimeClient {
  /** 40 characters, unguessable */
  readonly id: string;
  readonly ip: string;
  readonly auth: AuthRecord | undefined;
  /** as submitted */
  readonly subscriptions: readonly string[];
}
