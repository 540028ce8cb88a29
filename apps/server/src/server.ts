import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { createSecretBox, loadEncryptionKey } from '@davit/auth';
import { systemClock } from '@davit/controller';
import type { Logger, RolloutDriver } from '@davit/domain';
import { createEventBus } from '@davit/events';
import { createThumbnails, recoverDirectory } from '@davit/files';
import { createApp, platformRouter } from '@davit/http';
import { openPlatform } from '@davit/platform';
import type { OpenPlatform } from '@davit/platform';
import type { Records } from '@davit/records';
import { changeOver } from './change-over.ts';
import type { ServeConfig } from './config.ts';
import { reportScripts } from './find-scripts.ts';
import { findUi } from './find-ui.ts';
import { followOthers } from './follow-others.ts';
import { openDirectory } from './open-directory.ts';
import type { Directory, RegisterHandlers } from './open-directory.ts';
import { openMetrics } from './open-metrics.ts';
import { openUpkeep } from './open-upkeep.ts';
import { selectDriver } from './select-driver.ts';
import type { SelectedDriver } from './select-driver.ts';
import { createFirstSuperuser } from './superuser.ts';
import { teeLogger } from './tee-logger.ts';
import { openCertificates } from './tls/open-certificates.ts';
import type { CertificateDesk } from './tls/open-certificates.ts';
import { openFront } from './tls/open-front.ts';
import { VERSION } from './version.ts';

export type { ServeConfig } from './config.ts';

/** Requests under way at the end get this long. */
const GRACE_MS = 1500;

export interface ServerOverrides {
  /** instead of the one the configuration names; closed with the server */
  driver?: RolloutDriver;
  /** default: nothing is logged */
  logger?: Logger;
  /** folder of the built admin UI */
  ui?: string;
  /** starts the server anew after a backup was put in place; absent: none can be restored */
  restart?: () => void;
  /** registers hook handlers before anything is loaded */
  register?: RegisterHandlers;
}

export interface Server {
  /** `http://host:port`, without a slash at the end */
  readonly url: string;
  readonly driver: RolloutDriver['name'];
  readonly records: Records;
  /** Where the first superuser is made; undefined as soon as there is one. */
  readonly installerUrl: string | undefined;
  /** Ends streams, waits a moment for requests under way, closes everything. Can be called again. */
  close(): Promise<void>;
}

const SILENT: Logger = { log: () => undefined, with: () => SILENT };

/** Opens the directory, connects the engine and listens. What was opened is closed again when a step fails. */
export async function createServer(
  config: ServeConfig,
  overrides: ServerOverrides = {},
): Promise<Server> {
  const plain = overrides.logger ?? SILENT;
  const { logger, attach } = teeLogger(plain);
  const opened = new AsyncDisposableStack();
  try {
    await recoverDirectory(config.dir);
    const directory = await openDirectory(config, logger, overrides.register);
    opened.defer(() => directory.close());
    opened.defer(followOthers(directory, { dir: config.dir, logger }));
    await reportScripts(config.dir, logger);
    const needsTls = config.https !== undefined || config.driver.edgeHttps !== undefined;
    const certificates = needsTls ? await openCertificates(config.tls, logger) : undefined;
    opened.defer(() => certificates?.close());
    const { driver, router, run, queue } = await openRollouts({
      ...{ config, overrides, directory, opened, certificates },
    });
    const ui = overrides.ui ?? findUi();
    let closing: Promise<void> | undefined;
    let isRestart = false;
    const close = (): Promise<void> =>
      (closing ??= directory.records.trigger('onTerminate', { event: { isRestart } }, () =>
        opened.disposeAsync(),
      ));
    const { restart } = overrides;
    const maintenance = await openUpkeep({
      config,
      directory,
      logger,
      ownLogger: plain,
      opened,
      changeOver:
        restart &&
        ((folder) => {
          isRestart = true;
          // the answer goes out before
          setImmediate(() => void changeOver({ dir: config.dir, folder, logger, close, restart }));
        }),
    });
    attach(maintenance.logs);
    const metrics = await openMetrics(
      { ...directory, rollouts: { queue }, maintenance },
      { address: config.metrics, opened },
    );
    const app = createApp({
      records: directory.records,
      metrics,
      maintenance,
      files: directory.files,
      thumbnails: createThumbnails({ files: directory.files, logger, ...config.thumbnails }),
      logger,
      origins: config.origins,
      platform: router,
      ...(ui !== undefined && { ui }),
      ...(existsSync(config.publicDir) && { publicDir: config.publicDir }),
    });
    // whoever finds the server well can sign in
    await createFirstSuperuser(directory.records, config.firstSuperuser);
    const listening = await openFront(app, config, certificates);
    opened.defer(async () => {
      // Streams end with the records; until then their connections would count as requests under way.
      await Promise.all([listening.close(GRACE_MS), directory.records.close()]);
    });
    await directory.records.resumeMail();
    const installer = await directory.records.superusers.installerToken();
    // Only who has the address reaches the engine: a second server on this directory fails before.
    run();
    await directory.records.trigger('onServe', { event: {} }, () => undefined);
    return {
      url: listening.url,
      driver: driver.name,
      records: directory.records,
      installerUrl: installer && `${listening.url}/_/#/pbinstall/${installer}`,
      close,
    };
  } catch (error) {
    await opened.disposeAsync();
    throw error;
  }
}

interface Opening {
  config: ServeConfig;
  overrides: ServerOverrides;
  directory: Directory;
  opened: AsyncDisposableStack;
  certificates: CertificateDesk | undefined;
}

/** The engine and what keeps it equal to the records. */
async function openRollouts({
  config,
  overrides,
  directory,
  opened,
  certificates,
}: Opening): Promise<{
  driver: RolloutDriver;
  router: ReturnType<typeof platformRouter>;
  run: () => void;
  queue: OpenPlatform['queue'];
}> {
  const { database, records } = directory;
  const logger = overrides.logger ?? SILENT;
  const installationId = await database.installationId();
  const key = await loadEncryptionKey(join(config.dir, 'davit.key'), config.encryptionKey);
  const box = createSecretBox(key);
  const { driver, close } = overrides.driver
    ? given(overrides.driver)
    : await selectDriver(config.driver, {
        ...{ installationId, logger, box, certificates, dir: config.dir },
      });
  opened.defer(close);
  const rollouts = openPlatform({
    records,
    driver,
    store: database,
    box,
    bus: createEventBus(),
    clock: systemClock,
    logger,
  });
  const stop = new AbortController();
  let running: Promise<void> | undefined;
  opened.defer(async () => {
    stop.abort();
    await running;
  });
  return {
    driver,
    router: platformRouter(rollouts.platform, VERSION),
    queue: () => rollouts.queue(),
    run: () => {
      running = rollouts.run(stop.signal);
    },
  };
}

function given(driver: RolloutDriver): SelectedDriver {
  return { driver, close: () => driver.close() };
}
