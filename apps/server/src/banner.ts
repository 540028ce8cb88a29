import type { ServeConfig } from './config.ts';
import type { Server } from './server.ts';
import { VERSION } from './version.ts';

/** What a person wants to know after the start. */
export function banner(server: Server, config: ServeConfig): string {
  const lines = [
    `Davit ${VERSION}`,
    `  Address   ${server.url}`,
    `  Admin UI  ${server.url}/_/`,
    `  Data      ${config.dir}`,
    `  Engine    ${server.driver === 'none' ? 'none: rollouts wait (see --driver)' : server.driver}`,
  ];
  if (server.installerUrl !== undefined) {
    lines.push('', 'Create the first superuser here (works once, for 30 minutes):', '');
    lines.push(`  ${server.installerUrl}`);
  }
  return `${lines.join('\n')}\n`;
}
