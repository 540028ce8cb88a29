import { constants } from 'node:fs';
import { access, mkdir } from 'node:fs/promises';
import { AppError } from '@davit/domain';
import type { Logger } from '@davit/domain';
import type { SimpleConfig } from './config.ts';
import { findUi } from './find-ui.ts';
import { openDirectory } from './open-directory.ts';
import { chooseEngine, openKubernetes } from './select-driver.ts';

const ENGINE_MS = 2_000;

interface Check {
  name: string;
  /** Answers what was found; throws when it is wrong. */
  run(): Promise<string>;
}

/** `davit doctor`: what would keep the server from running, in words. Creates nothing but the folder. */
export async function runDoctor(
  config: SimpleConfig,
  logger: Logger,
): Promise<{ text: string; healthy: boolean }> {
  const lines: string[] = [];
  let healthy = true;
  for (const check of checks(config, logger)) {
    try {
      lines.push(`ok    ${check.name}: ${await check.run()}`);
    } catch (error) {
      healthy = false;
      lines.push(`FAIL  ${check.name}: ${AppError.is(error) ? error.message : String(error)}`);
    }
  }
  return { text: lines.join('\n'), healthy };
}

function checks(config: SimpleConfig, logger: Logger): Check[] {
  return [
    { name: 'Node', run: () => Promise.resolve(process.version) },
    { name: 'Folder', run: () => checkFolder(config.dir) },
    { name: 'Records', run: () => checkRecords(config, logger) },
    { name: 'Admin UI', run: () => Promise.resolve(findUi() ?? 'not built (pnpm build)') },
    { name: 'Engine', run: () => checkEngine(config, logger) },
  ];
}

async function checkFolder(dir: string): Promise<string> {
  await mkdir(dir, { recursive: true });
  await access(dir, constants.R_OK | constants.W_OK);
  return dir;
}

async function checkRecords(config: SimpleConfig, logger: Logger): Promise<string> {
  const directory = await openDirectory({ ...config, readers: 0 }, logger);
  const { records } = directory;
  try {
    const superusers = (await records.superusers.list()).length;
    return `${records.collections.list().length} collections, ${superusers} superusers`;
  } finally {
    await directory.close();
  }
}

async function checkEngine({ driver: config }: SimpleConfig, logger: Logger): Promise<string> {
  const engine = await chooseEngine(config);
  if (engine === 'docker') {
    const { DockerApi } = await import('@davit/docker');
    await new DockerApi(config.dockerHost).ping({ signal: AbortSignal.timeout(ENGINE_MS) });
  }
  if (engine === 'kubernetes') {
    const { close } = await openKubernetes(config, { installationId: 'doctor', logger });
    await close();
  }
  return engine;
}
