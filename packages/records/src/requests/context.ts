import type { Core } from '../core.ts';
import type { Scope } from '../scope.ts';

/** Where a request operation runs. */
export interface Context {
  core: Core;
  scope: Scope;
}
