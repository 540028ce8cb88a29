import { HookChain, type RegisterHook } from './chain.ts';
import { HOOK_NAMES, type HookEvents, type HookName, type ResultOf } from './hook-events.ts';

/**
 * The public hook chain. A handler continues with `e.next()` (awaited, except in the `…Execute` hooks, which are
 * synchronous); one that does not, stops the operation silently; one that throws an AppError refuses it.
 */
export type Hooks = {
  [N in HookName]: RegisterHook<HookEvents[N], ResultOf<HookEvents[N]>>;
} & {
  /** Removes a handler; false when there was none. */
  off(id: string): boolean;
  /** Removes all handlers of one hook. */
  offAll(name: HookName): void;
};

/** One chain for each hook. */
export type HookChains = {
  [N in HookName]: HookChain<
    HookEvents[N] & { next(): ResultOf<HookEvents[N]> },
    ResultOf<HookEvents[N]>
  >;
};

export function createHookChains(): HookChains {
  const chains = HOOK_NAMES.map((name): [string, unknown] => [name, new HookChain(name)]);
  return Object.fromEntries(chains) as HookChains;
}

/** The registering face of the chains. */
export function createHooks(chains: HookChains): Hooks {
  const registers = HOOK_NAMES.map((name) => [name, chains[name].add]);
  return {
    ...(Object.fromEntries(registers) as Omit<Hooks, 'off' | 'offAll'>),
    off: (id) => HOOK_NAMES.map((name) => chains[name].remove(id)).some((removed) => removed),
    offAll: (name) => chains[name].clear(),
  };
}
