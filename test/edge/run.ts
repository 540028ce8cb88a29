import { runEdge, type EdgeConfig } from '@davit/edge';
import type { Logger } from '@davit/domain';

/** The edge as a process of its own: the configuration is the first argument, as JSON. */
const [, program = '', json = '{}', inherit] = process.argv;
const given = JSON.parse(json) as Omit<EdgeConfig, 'logger'>;
const logger: Logger = {
  log: (level, message, fields) => console.log(JSON.stringify({ level, message, ...fields })),
  with: () => logger,
};
const stop = new AbortController();
process.once('SIGTERM', () => stop.abort());
await runEdge(
  {
    ...given,
    logger,
    inherit: inherit === '--inherit',
    successor: { command: process.execPath, args: [program, json, '--inherit'] },
  },
  { signal: stop.signal },
);
