import { lookup } from 'node:dns';
import type { LookupFunction } from 'node:net';

/** Names below `localhost` are this machine, as browsers see it; for `http.get` and the like. */
export const localLookup: LookupFunction = (hostname, options, done) =>
  lookup(hostname.endsWith('.localhost') ? 'localhost' : hostname, options, done);
