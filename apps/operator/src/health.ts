import type { SmallServer } from './small-server.ts';
import { openSmallServer } from './small-server.ts';
import type { Address } from './config.ts';
import type { Original } from './original-operator.ts';

export interface Standing {
  /** all caches are filled */
  ready: boolean;
  leads: boolean;
  /** whose end is waited for */
  original: Original | undefined;
}

/** `/healthz` for as long as the process runs, `/readyz` once it could work, with what it does about that. */
export function openHealth(address: Address, standing: () => Standing): Promise<SmallServer> {
  return openSmallServer(address, {
    '/healthz': () => ({ status: 200, body: 'ok\n' }),
    '/readyz': () => {
      const now = standing();
      if (!now.ready) return { status: 503, body: 'caches not filled\n' };
      return { status: 200, body: `${['ok', ...told(now)].join(', ')}\n` };
    },
  });
}

function told({ leads, original }: Standing): string[] {
  if (original?.certain) return [`but waits: One-Click's operator runs in ${original.namespace}`];
  if (original)
    return [`but looks first whether One-Click's operator runs in ${original.namespace}`];
  return leads ? ['leads'] : [];
}
