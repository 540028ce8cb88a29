export { AppError, CODES, toAppError } from './error.ts';
export type { AppErrorOptions, Code, FieldError, FieldErrors } from './error.ts';
export type { Json, JsonObject } from './json.ts';
export { parseExactJson, sortedJson } from './exact-json.ts';
export { formatFloat } from './format-float.ts';
export type { Clock } from './clock.ts';
export { LOG_LEVELS } from './logger.ts';
export type { LogFields, LogLevel, Logger } from './logger.ts';
export { COLLECTION_TYPES, FIELD_TYPES, isMultiple } from './collection.ts';
export type { Collection, CollectionType, Field, FieldType, Rule } from './collection.ts';
export { hasUniqueIndex, parseIndex, renderIndex } from './index-definition.ts';
export type { IndexColumn, IndexDefinition } from './index-definition.ts';
export { listParts, splitList } from './split-list.ts';
export { OPERATORS } from './query.ts';
export type {
  Condition,
  Expression,
  Join,
  MultiMatch,
  Operand,
  Operator,
  Order,
  Query,
  Row,
  Value,
} from './query.ts';
export type { ConsoleColumn, ConsoleResult, QueryConsole } from './query-console.ts';
export type {
  CollectionStore,
  CollectionTx,
  PageRequest,
  RecordStore,
  RowPage,
  WriteTx,
} from './record-store.ts';
export type { FileIntent, FileJournal } from './file-journal.ts';
export type { LogCount, LogEntry, LogStore, Optimizable } from './log-store.ts';
export type { BackupFile, BackupStore, OpenBackup, SnapshotSource } from './backup-store.ts';
export type { PlatformStore, PlatformTx, SealedSecret, Tombstone } from './platform-store.ts';
export { PHASES } from './rollout-driver.ts';
export type {
  DeploymentRef,
  DriverEvent,
  EngineEvent,
  Instance,
  InstanceUsage,
  LogLine,
  LogOptions,
  Phase,
  RolloutDriver,
  RolloutIntent,
  RolloutObservation,
  RolloutSecrets,
} from './rollout-driver.ts';
export type {
  ClusterMeta,
  ClusterObject,
  OwnerReference,
  RolloutCluster,
} from './rollout-cluster.ts';
export { RECORD_ACTIONS } from './event-bus.ts';
export type { EventBus, EventName, Events, RecordAction } from './event-bus.ts';
export { SMTP_AUTH_METHODS } from './mailer.ts';
export type {
  Mail,
  MailAddress,
  Mailer,
  SendOptions,
  SmtpAuthMethod,
  SmtpServer,
} from './mailer.ts';
export type {
  AppleSecretParts,
  OAuth2Config,
  OAuth2Grant,
  OAuth2ProviderInfo,
  OAuth2Providers,
  OAuth2Start,
  OAuth2User,
} from './oauth2.ts';
export { TOKEN_TYPES } from './security.ts';
export type {
  FileContent,
  FileMetadata,
  FileStore,
  OpenFile,
  PasswordHasher,
  SecretBox,
  TokenClaims,
  TokenSigner,
  TokenType,
} from './security.ts';
export { sizeOf } from './security.ts';
export type { SpooledFile } from './security.ts';
export type { StoredFile, Thumbnails } from './thumbnails.ts';
export { ROUTE_STATES } from './edge.ts';
export type {
  AppTraffic,
  Certificate,
  Certificates,
  CertificateSource,
  EdgeAddresses,
  EdgePort,
  EdgeStatus,
  EdgeTarget,
  EdgeTargetStatus,
  NamedCertificate,
  Route,
  RouteState,
  RouteTable,
} from './edge.ts';
