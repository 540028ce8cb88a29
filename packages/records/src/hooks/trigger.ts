import type { HookEvents, HookName } from './hook-events.ts';
import type { HookChain } from './chain.ts';
import type { HookChains } from './hooks.ts';

type AsyncHookName = {
  [N in HookName]: HookEvents[N] extends { next(): Promise<void> } ? N : never;
}[HookName];

/** Runs the handlers of a hook around `last`. */
export type Trigger = <N extends AsyncHookName>(
  name: N,
  about: { event: Omit<HookEvents[N], 'next'>; tags?: readonly string[] },
  last: (event: HookEvents[N]) => void | Promise<void>,
) => Promise<void>;

type AnyChain<E> = HookChain<E & { next(): Promise<void> }, void | Promise<void>>;

export function triggers(chains: HookChains): Trigger {
  return async (name, { event, tags = [] }, last) => {
    const chain = chains[name] as unknown as AnyChain<typeof event>;
    await chain.run(event, tags, last as unknown as (event: object) => void | Promise<void>);
  };
}
