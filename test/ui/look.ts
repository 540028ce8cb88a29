import type { Page } from 'playwright-core';
import type { StagedWorld } from './staged-world.ts';

/** A page of the UI in one state. */
export interface Look {
  name: string;
  path: (world: StagedWorld) => string;
  /** brings it into its state; ends when the page shows all of it */
  ready: (page: Page) => Promise<unknown>;
  /** the owner of the projects where absent */
  who?: 'nobody' | 'newcomer' | 'superuser';
  /** the server refuses something here, which the browser writes to its console */
  refused?: boolean;
}
