import type {
  Clock,
  Collection,
  FileJournal,
  FileStore,
  Logger,
  PasswordHasher,
  TokenSigner,
  WriteTx,
} from '@davit/domain';
import type { ProbeGuard } from './access/probe-guard.ts';
import type { MemoryCatalog } from './collections/memory-catalog.ts';
import type { HookChains } from './hooks/hooks.ts';
import type { InternalOperations } from './operations.ts';
import type { RecordData } from './record.ts';
import type { Scope } from './scope.ts';
import type { Change } from './write/draft.ts';

/** Who is to be told of a deletion has to be worked out before it. */
export interface Audience {
  of(tx: WriteTx, collection: Collection, record: RecordData): ReadonlySet<string> | undefined;
}

/** What every operation shares. */
export interface Core {
  readonly catalog: MemoryCatalog;
  readonly chains: HookChains;
  readonly hasher: PasswordHasher;
  readonly tokens: TokenSigner;
  readonly files: FileStore | undefined;
  /** absent: files of a process that is killed may stay behind */
  readonly journal: FileJournal | undefined;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly probes: ProbeGuard;
  /** trusted operations in a scope */
  internal(scope: Scope): InternalOperations;
  /** the realtime hub, once it is there */
  audience: Audience;
  /** work nobody waits for, except the end */
  readonly background: Set<Promise<void>>;
  /** Told of every committed change, at once and in the order of the commits. */
  readonly listeners: ((change: Change) => void)[];
}
