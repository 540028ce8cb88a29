export { openRecords } from './records.ts';
export type { Records, RecordsOptions } from './records.ts';
export type {
  FindOptions,
  InternalOperations,
  ListResult,
  RecordsTransaction,
  RequestOperations,
} from './operations.ts';
export type { RecordData } from './record.ts';
export { REQUEST_CONTEXTS } from './request.ts';
export type { AuthRecord, KeyUse, RequestContext, RequestInfo, UploadedFile } from './request.ts';
export type { ApiKey, ApiKeys, NamedScope } from './api-keys/api-keys.ts';
export { refuseKey, requireScope } from './api-keys/scope.ts';
export type { AuditLog, AuditNote, Requester } from './audit/audit.ts';
export { commandLine } from './audit/command-line.ts';
export { isInside } from './access/address-list.ts';
export type { OwnPage } from './own-tables/own-page.ts';
export type { CollectionPage, Collections } from './collections/catalog.ts';
export type { CollectionRequests } from './collections/collection-requests.ts';
export { viewFields } from './collections/view-fields.ts';
export type { ViewSample } from './collections/dry-run-view.ts';
export type { BatchItem, BatchAction } from './batch/batch-item.ts';
export { BatchFailure } from './batch/run-batch.ts';
export type { BatchResult } from './batch/run-batch.ts';
export type { RateLimitRule, S3Settings, Settings } from './settings/settings.ts';
export type { SettingsSource } from './settings/stored-settings.ts';
export type { LocatedFile } from './files/locate-file.ts';
export type { SqlConsole } from './sql-console.ts';
export type { HookOptions, RegisterHook } from './hooks/chain.ts';
export type { Hooks } from './hooks/hooks.ts';
export type { Trigger } from './hooks/trigger.ts';
export type { HookEvents, HookName } from './hooks/hook-events.ts';
export { HOOK_NAMES } from './hooks/hook-events.ts';
export type {
  CollectionAfterEvent,
  CollectionEvent,
  CollectionExecuteEvent,
  ModelAfterEvent,
  ModelEvent,
  ModelExecuteEvent,
  ModelSubject,
  RecordAfterEvent,
  RecordEvent,
  RecordExecuteEvent,
} from './hooks/model-events.ts';
export type {
  BackupEvent,
  BatchRequestEvent,
  CollectionRequestEvent,
  CollectionsImportRequestEvent,
  CollectionsListRequestEvent,
  FileDownloadRequestEvent,
  FileTokenRequestEvent,
  LifecycleEvent,
  TerminateEvent,
} from './hooks/system-events.ts';
export type {
  RealtimeConnectRequestEvent,
  RealtimeMessageSendEvent,
  RealtimeSubscribeRequestEvent,
  RecordAuthRequestEvent,
  RecordAuthWithPasswordRequestEvent,
  RecordEnrichEvent,
  RecordViewRequestEvent,
  RecordWriteRequestEvent,
  RecordsListRequestEvent,
} from './hooks/events.ts';
export type { RecordTx } from './hooks/record-tx.ts';
export type {
  EmailChangeFlow,
  OAuth2Flow,
  OAuth2Redirect,
  OtpFlow,
  PasswordResetFlow,
  VerificationFlow,
} from './auth/flows.ts';
export type { FetchAvatar } from './auth/oauth2/new-account.ts';
export type {
  MailerRecordSendEvent,
  MailerSendEvent,
  RecordAuthRefreshRequestEvent,
  RecordAuthWithOAuth2RequestEvent,
  RecordAuthWithOTPRequestEvent,
  RecordConfirmPasswordResetRequestEvent,
  RecordConfirmVerificationRequestEvent,
  RecordEmailChangeRequestEvent,
  RecordRequestOTPRequestEvent,
  RecordRequestPasswordResetRequestEvent,
  RecordRequestVerificationRequestEvent,
} from './hooks/auth-events.ts';
export type { AuthResponse, MfaChallenge } from './auth/auth-response.ts';
export type { Authentication, Superusers, TokenOptions } from './auth/sign-in.ts';
export type {
  ConnectOptions,
  RealtimeClient,
  RealtimeEndReason,
  RealtimeMessage,
} from './realtime/client.ts';
export type { PublishOptions, Realtime } from './realtime/realtime.ts';
export type { Backups } from './backups/backups.ts';
export type { CronJob, Crons } from './crons/crons.ts';
export type { LogPage, Logs, NewLogEntry } from './logs/logs.ts';
export { followDirectory } from './follow-directory.ts';
export type { FollowOptions } from './follow-directory.ts';
export { openMaintenance } from './maintenance/maintenance.ts';
export type { Maintenance, MaintenanceOptions } from './maintenance/maintenance.ts';
export type {
  SettingsListRequestEvent,
  SettingsReloadEvent,
  SettingsUpdateRequestEvent,
} from './settings/events.ts';
export type { SettingsData } from './settings/settings-data.ts';
