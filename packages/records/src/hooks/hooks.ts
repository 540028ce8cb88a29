import { HookChain, type RegisterHook } from './chain.ts';
import type * as auth from './auth-events.ts';
import type * as events from './events.ts';
import type {
  SettingsListRequestEvent,
  SettingsReloadEvent,
  SettingsUpdateRequestEvent,
} from '../settings/events.ts';

type Async = void | Promise<void>;
type AsyncHook<E> = RegisterHook<E, Async>;

/**
 * The public hook chain. A handler continues with `e.next()` (awaited, except in `onRecordCreate`,
 * `onRecordUpdate` and `onRecordDelete`, which are synchronous); one that does not, stops the operation silently;
 * one that throws an AppError refuses it.
 */
export interface Hooks {
  onRecordsListRequest: AsyncHook<events.RecordsListRequestEvent>;
  onRecordViewRequest: AsyncHook<events.RecordViewRequestEvent>;
  onRecordCreateRequest: AsyncHook<events.RecordWriteRequestEvent>;
  onRecordUpdateRequest: AsyncHook<events.RecordWriteRequestEvent>;
  onRecordDeleteRequest: AsyncHook<events.RecordWriteRequestEvent>;
  onRecordValidate: AsyncHook<events.RecordValidateEvent>;
  onRecordCreate: RegisterHook<events.RecordCommitEvent, void>;
  onRecordUpdate: RegisterHook<events.RecordCommitEvent, void>;
  onRecordDelete: RegisterHook<events.RecordCommitEvent, void>;
  onRecordAfterCreateSuccess: AsyncHook<events.RecordAfterEvent>;
  onRecordAfterCreateError: AsyncHook<events.RecordAfterEvent>;
  onRecordAfterUpdateSuccess: AsyncHook<events.RecordAfterEvent>;
  onRecordAfterUpdateError: AsyncHook<events.RecordAfterEvent>;
  onRecordAfterDeleteSuccess: AsyncHook<events.RecordAfterEvent>;
  onRecordAfterDeleteError: AsyncHook<events.RecordAfterEvent>;
  onRecordEnrich: AsyncHook<events.RecordEnrichEvent>;
  onRecordAuthRequest: AsyncHook<events.RecordAuthRequestEvent>;
  onRecordAuthWithPasswordRequest: AsyncHook<events.RecordAuthWithPasswordRequestEvent>;
  onRecordAuthWithOTPRequest: AsyncHook<auth.RecordAuthWithOTPRequestEvent>;
  onRecordAuthWithOAuth2Request: AsyncHook<auth.RecordAuthWithOAuth2RequestEvent>;
  onRecordAuthRefreshRequest: AsyncHook<auth.RecordAuthRefreshRequestEvent>;
  onRecordRequestOTPRequest: AsyncHook<auth.RecordRequestOTPRequestEvent>;
  onRecordRequestPasswordResetRequest: AsyncHook<auth.RecordRequestPasswordResetRequestEvent>;
  onRecordConfirmPasswordResetRequest: AsyncHook<auth.RecordConfirmPasswordResetRequestEvent>;
  onRecordRequestVerificationRequest: AsyncHook<auth.RecordRequestVerificationRequestEvent>;
  onRecordConfirmVerificationRequest: AsyncHook<auth.RecordConfirmVerificationRequestEvent>;
  onRecordRequestEmailChangeRequest: AsyncHook<auth.RecordEmailChangeRequestEvent>;
  onRecordConfirmEmailChangeRequest: AsyncHook<auth.RecordEmailChangeRequestEvent>;
  onMailerSend: AsyncHook<auth.MailerSendEvent>;
  onMailerRecordPasswordResetSend: AsyncHook<auth.MailerRecordSendEvent>;
  onMailerRecordVerificationSend: AsyncHook<auth.MailerRecordSendEvent>;
  onMailerRecordEmailChangeSend: AsyncHook<auth.MailerRecordSendEvent>;
  onMailerRecordOTPSend: AsyncHook<auth.MailerRecordSendEvent>;
  onMailerRecordAuthAlertSend: AsyncHook<auth.MailerRecordSendEvent>;
  onRealtimeConnectRequest: AsyncHook<events.RealtimeConnectRequestEvent>;
  onRealtimeSubscribeRequest: AsyncHook<events.RealtimeSubscribeRequestEvent>;
  onRealtimeMessageSend: AsyncHook<events.RealtimeMessageSendEvent>;
  onSettingsListRequest: AsyncHook<SettingsListRequestEvent>;
  onSettingsUpdateRequest: AsyncHook<SettingsUpdateRequestEvent>;
  onSettingsReload: AsyncHook<SettingsReloadEvent>;
  /** Removes a handler; false when there was none. */
  off(id: string): boolean;
}

const SYNC = ['onRecordCreate', 'onRecordUpdate', 'onRecordDelete'] as const;
type SyncName = (typeof SYNC)[number];
type HookName = Exclude<keyof Hooks, 'off'>;
type EventOf<N extends HookName> = Hooks[N] extends RegisterHook<infer E, never> ? E : never;

/** One chain for each hook. */
export type HookChains = {
  [N in HookName]: HookChain<
    EventOf<N> & { next(): N extends SyncName ? void : Async },
    N extends SyncName ? void : Async
  >;
};

const NAMES: readonly HookName[] = [
  'onRecordsListRequest',
  'onRecordViewRequest',
  'onRecordCreateRequest',
  'onRecordUpdateRequest',
  'onRecordDeleteRequest',
  'onRecordValidate',
  ...SYNC,
  'onRecordAfterCreateSuccess',
  'onRecordAfterCreateError',
  'onRecordAfterUpdateSuccess',
  'onRecordAfterUpdateError',
  'onRecordAfterDeleteSuccess',
  'onRecordAfterDeleteError',
  'onRecordEnrich',
  'onRecordAuthRequest',
  'onRecordAuthWithPasswordRequest',
  'onRecordAuthWithOTPRequest',
  'onRecordAuthWithOAuth2Request',
  'onRecordAuthRefreshRequest',
  'onRecordRequestOTPRequest',
  'onRecordRequestPasswordResetRequest',
  'onRecordConfirmPasswordResetRequest',
  'onRecordRequestVerificationRequest',
  'onRecordConfirmVerificationRequest',
  'onRecordRequestEmailChangeRequest',
  'onRecordConfirmEmailChangeRequest',
  'onMailerSend',
  'onMailerRecordPasswordResetSend',
  'onMailerRecordVerificationSend',
  'onMailerRecordEmailChangeSend',
  'onMailerRecordOTPSend',
  'onMailerRecordAuthAlertSend',
  'onRealtimeConnectRequest',
  'onRealtimeSubscribeRequest',
  'onRealtimeMessageSend',
  'onSettingsListRequest',
  'onSettingsUpdateRequest',
  'onSettingsReload',
];

export function createHookChains(): HookChains {
  return Object.fromEntries(
    NAMES.map((name) => [name, new HookChain(name)]),
  ) as unknown as HookChains;
}

/** The registering face of the chains. */
export function createHooks(chains: HookChains): Hooks {
  const registers = NAMES.map((name) => [name, chains[name].add]);
  const off = (id: string): boolean =>
    NAMES.map((name) => chains[name].remove(id)).some((removed) => removed);
  return { ...(Object.fromEntries(registers) as Omit<Hooks, 'off'>), off };
}
