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
  const [model, own] = pair<S, void>(chains, `${write}Execute`, subject.kind);
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

function pair<S, R>(
  chains: HookChains,
  phase: string,
  kind: ModelSubject['kind'],
): [AnyChain<S, R>, AnyChain<S, R> | undefined] {
  const named = chains as unknown as Record<string, AnyChain<S, R>>;
  const model = named[`onModel${phase}`] as AnyChain<S, R>;
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
