import { banner } from './banner.ts';
import { parseConfig } from './config.ts';
import type { Config, ServeConfig } from './config.ts';
import { explainFailure } from './failure.ts';
import { createLogger } from './logger.ts';
import { VERSION } from './version.ts';

const logger = createLogger({ write: (line) => process.stderr.write(line) });

/** Longer than everything that is waited for at the end. */
const LAST_RESORT_MS = 3000;
/** `EX_TEMPFAIL`: a supervisor should start it again. */
const RESTART_PLEASE = 75;

// the bundle makes its dependencies' calls look like ours: what they may not use one day is nothing for its users
process.noDeprecation = true;

async function main(): Promise<void> {
  const config = parseConfig(process.env, process.argv.slice(2));
  const text = await run(config);
  if (text !== undefined) process.stdout.write(text.endsWith('\n') ? text : `${text}\n`);
}

/** Each command loads only what it needs. Answers what to print. */
async function run(config: Config): Promise<string | undefined> {
  switch (config.command) {
    case 'help':
      return config.text;
    case 'version':
      return VERSION;
    case 'serve':
      return serve(config);
    case 'superuser':
      return (await import('./superuser.ts')).runSuperuser(config, logger);
    case 'migrate':
      return (await import('./migrate.ts')).runMigrate(config, logger);
    case 'health':
      return (await import('./health.ts')).runHealth(config);
    case 'platform enable':
      return (await import('./platform-enable.ts')).runPlatformEnable(config, logger);
    case 'edge':
      return (await import('./edge/run-edge-command.ts')).runEdgeCommand(config, logger);
    case 'doctor': {
      const { text, healthy } = await (await import('./doctor.ts')).runDoctor(config, logger);
      if (!healthy) process.exitCode = 1;
      return text;
    }
  }
}

/** The same program with the same arguments in this process's place; where that cannot be, whoever started it does. */
function restart(): void {
  const [node = process.execPath, ...args] = process.argv;
  try {
    process.execve?.(node, [node, ...process.execArgv, ...args], process.env);
  } catch (error) {
    logger.log('error', 'the server cannot restart itself', { error });
  }
  process.exit(RESTART_PLEASE);
}

async function serve(config: ServeConfig): Promise<string> {
  const { createServer } = await import('./server.ts');
  const starting = createServer(config, { logger, restart });
  const stop = (signal: NodeJS.Signals): void => {
    logger.log('info', 'stopping', { signal });
    setTimeout(() => process.exit(1), LAST_RESORT_MS).unref();
    starting
      .then((server) => server.close())
      .then(
        () => process.exit(0),
        (error: unknown) => {
          logger.log('error', 'did not stop cleanly', { error });
          process.exit(1);
        },
      );
  };
  process.once('SIGINT', stop).once('SIGTERM', stop);
  return banner(await starting, config);
}

main().catch((error: unknown) => {
  const { text, exitCode } = explainFailure(error);
  process.stderr.write(`${text}\n`);
  process.exitCode = exitCode;
});
