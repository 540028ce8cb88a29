import type {
  SettingsListRequestEvent,
  SettingsReloadEvent,
  SettingsUpdateRequestEvent,
} from '../settings/events.ts';
import type * as auth from './auth-events.ts';
import type * as events from './events.ts';
import type * as model from './model-events.ts';
import type * as system from './system-events.ts';

type Write = 'Create' | 'Update' | 'Delete';

/** `onRecordCreate`, `onRecordCreateExecute`, `onRecordAfterCreateSuccess`, `onRecordAfterCreateError` and the like. */
type WriteHooks<Kind extends string, Around, Execute, After> = Record<`on${Kind}Validate`, Around> &
  Record<`on${Kind}${Write}`, Around> &
  Record<`on${Kind}${Write}Execute`, Execute> &
  Record<`on${Kind}After${Write}${'Success' | 'Error'}`, After>;

/** The event of every hook. */
export interface HookEvents
  extends
    WriteHooks<'Model', model.ModelEvent, model.ModelExecuteEvent, model.ModelAfterEvent>,
    WriteHooks<'Record', model.RecordEvent, model.RecordExecuteEvent, model.RecordAfterEvent>,
    WriteHooks<
      'Collection',
      model.CollectionEvent,
      model.CollectionExecuteEvent,
      model.CollectionAfterEvent
    > {
  onBootstrap: system.LifecycleEvent;
  onServe: system.LifecycleEvent;
  onTerminate: system.TerminateEvent;
  onBackupCreate: system.BackupEvent;
  onBackupRestore: system.BackupEvent;
  onRecordEnrich: events.RecordEnrichEvent;
  onRecordsListRequest: events.RecordsListRequestEvent;
  onRecordViewRequest: events.RecordViewRequestEvent;
  onRecordCreateRequest: events.RecordWriteRequestEvent;
  onRecordUpdateRequest: events.RecordWriteRequestEvent;
  onRecordDeleteRequest: events.RecordWriteRequestEvent;
  onRecordAuthRequest: events.RecordAuthRequestEvent;
  onRecordAuthWithPasswordRequest: events.RecordAuthWithPasswordRequestEvent;
  onRecordAuthWithOTPRequest: auth.RecordAuthWithOTPRequestEvent;
  onRecordAuthWithOAuth2Request: auth.RecordAuthWithOAuth2RequestEvent;
  onRecordAuthRefreshRequest: auth.RecordAuthRefreshRequestEvent;
  onRecordRequestOTPRequest: auth.RecordRequestOTPRequestEvent;
  onRecordRequestPasswordResetRequest: auth.RecordRequestPasswordResetRequestEvent;
  onRecordConfirmPasswordResetRequest: auth.RecordConfirmPasswordResetRequestEvent;
  onRecordRequestVerificationRequest: auth.RecordRequestVerificationRequestEvent;
  onRecordConfirmVerificationRequest: auth.RecordConfirmVerificationRequestEvent;
  onRecordRequestEmailChangeRequest: auth.RecordEmailChangeRequestEvent;
  onRecordConfirmEmailChangeRequest: auth.RecordEmailChangeRequestEvent;
  onMailerSend: auth.MailerSendEvent;
  onMailerRecordPasswordResetSend: auth.MailerRecordSendEvent;
  onMailerRecordVerificationSend: auth.MailerRecordSendEvent;
  onMailerRecordEmailChangeSend: auth.MailerRecordSendEvent;
  onMailerRecordOTPSend: auth.MailerRecordSendEvent;
  onMailerRecordAuthAlertSend: auth.MailerRecordSendEvent;
  onRealtimeConnectRequest: events.RealtimeConnectRequestEvent;
  onRealtimeSubscribeRequest: events.RealtimeSubscribeRequestEvent;
  onRealtimeMessageSend: events.RealtimeMessageSendEvent;
  onCollectionsListRequest: system.CollectionsListRequestEvent;
  onCollectionViewRequest: system.CollectionRequestEvent;
  onCollectionCreateRequest: system.CollectionRequestEvent;
  onCollectionUpdateRequest: system.CollectionRequestEvent;
  onCollectionDeleteRequest: system.CollectionRequestEvent;
  onCollectionsImportRequest: system.CollectionsImportRequestEvent;
  onBatchRequest: system.BatchRequestEvent;
  onFileDownloadRequest: system.FileDownloadRequestEvent;
  onFileTokenRequest: system.FileTokenRequestEvent;
  onSettingsListRequest: SettingsListRequestEvent;
  onSettingsUpdateRequest: SettingsUpdateRequestEvent;
  onSettingsReload: SettingsReloadEvent;
}

export type HookName = keyof HookEvents;

/** What handlers answer: `…Execute` hooks run inside a synchronous transaction. */
export type ResultOf<E> = E extends { next(): Promise<void> } ? void | Promise<void> : void;

const KINDS = ['Model', 'Record', 'Collection'] as const;
const WRITES = ['Create', 'Update', 'Delete'] as const;

const writeHooks: HookName[] = KINDS.flatMap((kind) => [
  `on${kind}Validate` as const,
  ...WRITES.flatMap((write) => [
    `on${kind}${write}` as const,
    `on${kind}${write}Execute` as const,
    `on${kind}After${write}Success` as const,
    `on${kind}After${write}Error` as const,
  ]),
]);

const SEVERAL = ['PasswordReset', 'Verification', 'EmailChange'] as const;

export const HOOK_NAMES: readonly HookName[] = [
  ...writeHooks,
  ...(['onBootstrap', 'onServe', 'onTerminate', 'onBackupCreate', 'onBackupRestore'] as const),
  ...(['onRecordEnrich', 'onRecordsListRequest', 'onRecordViewRequest'] as const),
  ...WRITES.map((write) => `onRecord${write}Request` as const),
  ...(['onRecordAuthRequest', 'onRecordAuthRefreshRequest', 'onRecordRequestOTPRequest'] as const),
  ...(['Password', 'OTP', 'OAuth2'] as const).map((by) => `onRecordAuthWith${by}Request` as const),
  ...SEVERAL.map((flow) => `onRecordRequest${flow}Request` as const),
  ...SEVERAL.map((flow) => `onRecordConfirm${flow}Request` as const),
  'onMailerSend',
  ...([...SEVERAL, 'OTP', 'AuthAlert'] as const).map(
    (kind) => `onMailerRecord${kind}Send` as const,
  ),
  ...(['Connect', 'Subscribe'] as const).map((kind) => `onRealtime${kind}Request` as const),
  'onRealtimeMessageSend',
  ...(['onCollectionsListRequest', 'onCollectionViewRequest'] as const),
  ...WRITES.map((write) => `onCollection${write}Request` as const),
  ...(['onCollectionsImportRequest', 'onBatchRequest'] as const),
  ...(['onFileDownloadRequest', 'onFileTokenRequest'] as const),
  ...(['onSettingsListRequest', 'onSettingsUpdateRequest', 'onSettingsReload'] as const),
];
