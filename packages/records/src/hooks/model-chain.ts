import { schemaOf } from '../schema.ts';
import type { HookChain } from './chain.ts';
import type { HookChains } from './hooks.ts';
import type { ModelSubject } from './model-events.ts';

type Write = 'Create' | 'Update' | 'Delete';
type Async = void | Promise<void>;
type AsyncPhase = 'Validate' | Write | `After${Write}${'Success' | 'Error'}`;
type AnyChain<E, R> = HookChain<E & { next(): R }, R>;

const COLLECTIONS = ['_collections'];
const PARAMS = ['_params'];

const EXECUTE = {
  Create: 'CreateExecute',
  Update: 'UpdateExecute',
  Delete: 'DeleteExecute',
} as const;

export const WRITE_OF = { create: 'Create', update: 'Update', delete: 'Delete' } as const;

/** Runs `onModel…` and inside it `onRecord…` or `onCollection…` around `last`. */
export function runModel<S extends ModelSubject>(
  { chains, phase }: { chains: HookChains; phase: AsyncPhase },
  subject: S,
  last: (subject: S) => Async,
): Promise<void> | void {
  const [model, own] = pair<S, Async>(chains, phase, subject.kind);
  return around({ model, own }, subject, last);
}

/** The same inside a transaction. */
export function runExecute<S extends ModelSubject>(
  { chains, write }: { chains: HookChains; write: Write },
  subject: S,
  last: (subject: S) => void,
): void {
  const [model, own] = pair<S, void>(chains, EXECUTE[write], subject.kind);
  around({ model, own }, subject, last);
}

/** Do hooks that may do I/O want to know what a change takes along? */
export function watchesCascades(chains: HookChains): boolean {
  return (
    chains.onModelDelete.size > 0 ||
    chains.onRecordDelete.size > 0 ||
    chains.onModelUpdate.size > 0 ||
    chains.onRecordUpdate.size > 0
  );
}

/** Is anybody interested in this phase of such a model? */
export function handlesModel(
  chains: HookChains,
  phase: AsyncPhase | `${Write}Execute`,
  subject: ModelSubject,
): boolean {
  const [model, own] = pair(chains, phase, subject.kind);
  return (
    (model.size > 0 && model.handles(modelTags(subject))) ||
    (own !== undefined && own.size > 0 && own.handles(ownTags(subject)))
  );
}

function around<S extends ModelSubject, R>(
  { model, own }: { model: AnyChain<S, R>; own: AnyChain<S, R> | undefined },
  subject: S,
  last: (subject: S) => R,
): R {
  const inner = (event: S): R =>
    own === undefined || own.size === 0
      ? last(event)
      : own.run(bare<S, R>(event), ownTags(event), last);
  if (model.size === 0) return inner(subject);
  return model.run(bare<S, R>(subject), modelTags(subject), inner);
}

/** the chain adds `next` */
function bare<S, R>(subject: S): Omit<S & { next(): R }, 'next'> {
  return subject as unknown as Omit<S & { next(): R }, 'next'>;
}

type Pair = [AnyChain<unknown, unknown>, AnyChain<unknown, unknown> | undefined];

/** by kind of model and phase: names are put together once, not for each event */
const pairs = new WeakMap<HookChains, Map<ModelSubject['kind'], Map<string, Pair>>>();

function pair<S, R>(
  chains: HookChains,
  phase: string,
  kind: ModelSubject['kind'],
): [AnyChain<S, R>, AnyChain<S, R> | undefined] {
  let kinds = pairs.get(chains);
  if (!kinds) pairs.set(chains, (kinds = new Map<ModelSubject['kind'], Map<string, Pair>>()));
  let phases = kinds.get(kind);
  if (!phases) kinds.set(kind, (phases = new Map<string, Pair>()));
  let found = phases.get(phase);
  if (!found) phases.set(phase, (found = pairOf(chains, phase, kind)));
  return found as unknown as [AnyChain<S, R>, AnyChain<S, R> | undefined];
}

function pairOf(chains: HookChains, phase: string, kind: ModelSubject['kind']): Pair {
  const named = chains as unknown as Record<string, AnyChain<unknown, unknown>>;
  const model = named[`onModel${phase}`];
  if (!model) throw new Error(`there is no phase ${phase}`);
  if (kind === 'settings') return [model, undefined];
  return [model, named[`on${kind === 'record' ? 'Record' : 'Collection'}${phase}`]];
}

function modelTags(subject: ModelSubject): readonly string[] {
  if (subject.kind === 'record') return schemaOf(subject.collection).tags;
  return subject.kind === 'collection' ? COLLECTIONS : PARAMS;
}

function ownTags(subject: ModelSubject): readonly string[] {
  return subject.kind === 'settings' ? PARAMS : schemaOf(subject.collection).tags;
}
