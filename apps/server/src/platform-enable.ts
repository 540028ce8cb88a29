import type { Logger } from '@davit/domain';
import { commandLine } from '@davit/records';
import type { SimpleConfig } from './config.ts';
import { openDirectory } from './open-directory.ts';

/** `davit platform enable`. Answers what to print. A running server sees the collections after a restart. */
export async function runPlatformEnable(config: SimpleConfig, logger: Logger): Promise<string> {
  const directory = await openDirectory({ ...config, readers: 0 }, logger);
  try {
    if (directory.database.platform) return 'The platform is enabled already.';
    await directory.database.enablePlatform();
    await directory.records.audit.note(commandLine(), { action: 'platform.enable' });
    return 'Added projects, deployments, rollouts, blueprints and autoUpdates. Restart the server.';
  } finally {
    await directory.close();
  }
}
