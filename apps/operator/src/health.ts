import type { SmallServer } from './small-server.ts';
import { openSmallServer } from './small-server.ts';
import type { Address } from './config.ts';
import type { Original } from './original-operator.ts';

export interface Standing {
  /** all caches are filled, but for those of namespaces it has no rights to */
  ready: boolean;
  /** namespaces it has no rights to ('' = all) */
  refused: readonly string[];
  leads: boolean;
  /** whose end is waited for */
  original: Original | undefined;
  /** fields of Rollouts that the API server throws away */
  lost: readonly string[];
}

/** `/healthz` for as long as the process runs, `/readyz` once it could work, with what it does about that. */
export function openHealth(address: Address, standing: () => Standing): Promise<SmallServer> {
  return openSmallServer(address, {
    '/healthz': () => ({ status: 200, body: 'ok\n' }),
    '/readyz': () => {
      const now = standing();
      const said = now.ready ? ['ok', ...told(now)] : ['caches not filled'];
      const body = `${[...said, ...missed(now), ...thrownAway(now)].join(', ')}\n`;
      return { status: now.ready ? 200 : 503, body };
    },
  });
}

function told({ leads, original }: Standing): string[] {
  if (original?.certain) return [`but waits: One-Click's operator runs in ${original.namespace}`];
  if (original)
    return [`but looks first whether One-Click's operator runs in ${original.namespace}`];
  return leads ? ['leads'] : [];
}

function missed({ refused }: Standing): string[] {
  if (refused.length === 0) return [];
  return [`no rights in ${refused.includes('') ? 'the cluster' : refused.join(' ')}`];
}

function thrownAway({ lost: [first, ...more] }: Standing): string[] {
  if (first === undefined) return [];
  const fields = more.length === 0 ? first : `${first} and ${more.length} more`;
  return [`but the definition of Rollouts is too old and loses ${fields}`];
}
