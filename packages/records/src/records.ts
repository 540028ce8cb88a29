import type {
  Clock,
  CollectionStore,
  FileJournal,
  FileStore,
  Logger,
  Mailer,
  OAuth2Providers,
  PasswordHasher,
  QueryConsole,
  RecordStore,
  SecretBox,
  TokenSigner,
} from '@davit/domain';
import { ProbeGuard } from './access/probe-guard.ts';
import type { ApiKeys } from './api-keys/api-keys.ts';
import { StoredApiKeys } from './api-keys/stored-api-keys.ts';
import type { AuditLog } from './audit/audit.ts';
import { StoredAudit } from './audit/stored-audit.ts';
import { AccountMail } from './auth/account-mail.ts';
import { RecordAuthentication } from './auth/authentication.ts';
import type { FetchAvatar } from './auth/oauth2/new-account.ts';
import type { Authentication, Superusers } from './auth/sign-in.ts';
import { Refusals } from './auth/refusals.ts';
import { RecordSuperusers } from './auth/superusers.ts';
import { Tokens } from './auth/tokens.ts';
import type { Collections } from './collections/catalog.ts';
import { collectionRequests, type CollectionRequests } from './collections/collection-requests.ts';
import { MemoryCatalog } from './collections/memory-catalog.ts';
import { StoredCollections } from './collections/stored-collections.ts';
import type { BatchItem } from './batch/batch-item.ts';
import { before } from './batch/before.ts';
import { runBatch, type BatchOptions, type BatchResult } from './batch/run-batch.ts';
import type { Core } from './core.ts';
import { recoverFiles } from './files/recover-files.ts';
import { locateFile, type LocatedFile } from './files/locate-file.ts';
import { createHookChains, createHooks, type Hooks } from './hooks/hooks.ts';
import { triggers, type Trigger } from './hooks/trigger.ts';
import { internalOperations } from './internal.ts';
import type { InternalOperations, RecordsTransaction, RequestOperations } from './operations.ts';
import { RealtimeHub } from './realtime/hub.ts';
import type { Realtime } from './realtime/realtime.ts';
import type { RequestInfo } from './request.ts';
import { requestOperations } from './request-operations.ts';
import { mayView } from './requests/view.ts';
import type { S3Settings } from './settings/settings.ts';
import { editableSettings, type Settings } from './settings/settings-editor.ts';
import { StoredSettings } from './settings/stored-settings.ts';
import { sqlConsole, type SqlConsole } from './sql-console.ts';
import { storeScope, type Scope } from './scope.ts';
import { systemClock } from './system-clock.ts';
import { Transactions } from './transaction.ts';
import { announce } from './write/announce.ts';

export interface RecordsOptions {
  store: RecordStore & CollectionStore & QueryConsole;
  hasher: PasswordHasher;
  tokens: TokenSigner;
  /** absent: uploads are refused */
  files?: FileStore;
  /** absent: files of a process that is killed may stay behind */
  journal?: FileJournal;
  clock?: Clock;
  logger: Logger;
  /** absent: mail fails. Closed with the records */
  mailer?: Mailer;
  /** absent: nobody can sign in through a provider */
  providers?: OAuth2Providers;
  /** pictures of people from elsewhere; absent: they are left out */
  fetchAvatar?: FetchAvatar;
  /** opens settings that PocketBase has encrypted */
  settingsBox?: SecretBox;
  /** registers handlers before anything is loaded, `onBootstrap` first of all */
  register?: (hooks: Hooks) => void;
  /** throws what keeps a bucket from being used; absent: buckets cannot be tested */
  testBucket?: (bucket: S3Settings) => Promise<void>;
}

/** Collections, records and everything around them. */
export interface Records extends RequestOperations, InternalOperations, AsyncDisposable {
  readonly collections: Collections;
  /** what superusers do with them through the API */
  readonly collectionRequests: CollectionRequests;
  readonly hooks: Hooks;
  readonly auth: Authentication;
  readonly superusers: Superusers;
  readonly apiKeys: ApiKeys;
  readonly audit: AuditLog;
  readonly realtime: Realtime;
  readonly console: SqlConsole;
  readonly settings: Settings;
  /** Whether the collection's view rule lets this request see the record; no hooks. */
  mayView(collection: string, id: string, request: RequestInfo): Promise<boolean>;
  /** The file a record refers to now, whoever asks. Throws `not_found`. */
  locateFile(collection: string, id: string, name: string): Promise<LocatedFile>;
  /** Exclusive; rolled back when `run` throws. */
  transaction<T>(run: (tx: RecordsTransaction) => Promise<T>): Promise<T>;
  /**
   * A client's writes, all or none, in at most `settings.batch.timeout` seconds. Throws BatchFailure, or `invalid`
   * when time is up.
   */
  batch(
    items: readonly BatchItem[],
    request: RequestInfo,
    options?: Pick<BatchOptions, 'check'>,
  ): Promise<BatchResult[]>;
  /** Runs the handlers of one hook around `last`: for what happens outside of the records (files, backups, serving). */
  readonly trigger: Trigger;
  /** Sends mail that the last process did not get to; for the one that serves the directory. */
  resumeMail(): Promise<void>;
  /** Another process has written the directory: what is kept in memory follows. */
  refresh(): Promise<void>;
  /** Ends realtime clients, waits for messages under way and for obsolete files to go. The store stays open. */
  close(): Promise<void>;
}

/** Loads the collections and answers requests until `close`. */
export async function openRecords(options: RecordsOptions): Promise<Records> {
  const memory = new MemoryCatalog();
  const core = createCore(options, memory);
  const { store, scope, transaction } = joinTransactions(core, options.store);
  const context = { core, scope };
  const hub = new RealtimeHub(core, scope);
  core.audience = hub;
  const audit = await StoredAudit.open(core, store);
  const apiKeys = new StoredApiKeys({
    core,
    store,
    collections: memory,
    changed: (id) => {
      tokens.forgetKey(id);
      hub.forgetKey(id);
    },
  });
  const tokens = new Tokens(core, scope, apiKeys);
  const changed = (): void => {
    tokens.forgetAll();
    hub.onCollectionsChanged();
  };
  const collections = new StoredCollections({ memory, store, core, scope, events: { changed } });
  const { settingsBox: box, testBucket, mailer, providers, fetchAvatar } = options;
  const source = new StoredSettings({ store, box });
  const settings = editableSettings({ core, scope, source, box, testBucket });
  const hooks = createHooks(core.chains);
  options.register?.(hooks);
  await core.chains.onBootstrap.run({}, [], async () => {
    await collections.reload();
    await settings.reload();
  });
  await recoverFiles(core, store);
  const mail = new AccountMail({ core, mailer, settings: () => settings.data });
  const auth = new RecordAuthentication({
    context,
    transaction,
    tokens,
    mail,
    providers,
    fetchAvatar,
    realtime: hub,
    audit,
    refusals: new Refusals(audit, core.clock),
    keys: apiKeys,
    superuserIPs: () => settings.current.superuserIPs,
  });
  const close = async (): Promise<void> => {
    mail.close();
    await apiKeys.lastUsed.flush();
    await hub.close();
    await Promise.all(core.background);
  };
  return {
    ...requestOperations(context),
    ...internalOperations(context),
    collections,
    collectionRequests: collectionRequests(core, collections),
    hooks,
    auth,
    superusers: new RecordSuperusers(context, tokens, mail),
    apiKeys,
    audit,
    realtime: hub,
    console: sqlConsole(store, async () => {
      await collections.reload();
      await settings.reload();
    }),
    settings,
    mayView: (collection, id, request) => mayView(context, { collection, id, request }),
    locateFile: (collection, id, name) => locateFile(context, { collection, id, name }),
    transaction,
    batch: batches(core, settings, transaction),
    trigger: triggers(core.chains),
    refresh: refreshes({ tokens, collections, source, settings, hub }),
    resumeMail: () => mail.resume(),
    close,
    [Symbol.asyncDispose]: close,
  };
}

/** The store, as code that runs in a transaction of these records or outside of any sees it. */
function joinTransactions(
  core: Core,
  base: RecordsOptions['store'],
): { store: RecordsOptions['store']; scope: Scope; transaction: Records['transaction'] } {
  const transactions = new Transactions(core, base);
  const store = transactions.joined(base);
  const scope = storeScope({
    store,
    current: () => transactions.current(),
    exclusively: (work) => transactions.run((_scope, tx) => work(tx)),
    announce: (changes) => announce(core, changes),
  });
  const transaction: Records['transaction'] = (run) =>
    transactions.run((inner) => {
      const own = { core, scope: inner };
      return run({ ...requestOperations(own), ...internalOperations(own) });
    });
  return { store, scope, transaction };
}

function refreshes(parts: {
  tokens: Tokens;
  collections: StoredCollections;
  source: StoredSettings;
  settings: Settings;
  hub: RealtimeHub;
}): Records['refresh'] {
  const { tokens, collections, source, settings, hub } = parts;
  return async () => {
    tokens.forgetAll();
    await collections.refresh();
    if (await source.isStale()) await settings.reload();
    await hub.recheckAccounts();
  };
}

function batches(
  { clock, chains }: Core,
  settings: Settings,
  transaction: Records['transaction'],
): Records['batch'] {
  return async (items, request, { check } = {}) => {
    const timeoutMs = settings.current.batch.timeout * 1000;
    let results: BatchResult[] = [];
    await chains.onBatchRequest.run({ request, batch: [...items] }, [], async ({ batch }) => {
      results = await transaction((tx) =>
        before(timeoutMs, clock, (signal) =>
          runBatch(tx, batch, { request, signal, ...(check && { check }) }),
        ),
      );
    });
    return results;
  };
}

function createCore(options: RecordsOptions, catalog: MemoryCatalog): Core {
  const { hasher, tokens, files, journal, clock = systemClock, logger } = options;
  const core: Core = {
    catalog,
    chains: createHookChains(),
    hasher,
    tokens,
    files,
    journal,
    clock,
    logger,
    probes: new ProbeGuard(clock),
    audience: { of: () => undefined },
    background: new Set(),
    listeners: [],
    internal: (scope) => internalOperations({ core, scope }),
  };
  return core;
}
