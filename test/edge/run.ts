import { runEdge, type EdgeConfig } from '@davit/edge';
import type { Logger } from '@davit/domain';

/** The edge as a process of its own: the configuration is the first argument, as JSON. */
const [, program = '', json = '{}', inherit] = process.argv;
const given = JSON.parse(json) as Omit<EdgeConfig, 'logger'>;
const logger: Logger = {
  log: (level, message, fields) => console.log(JSON.stringify({ level, message, ...fields })),
  with: () => logger,
};
const address = (text: string): { host: string; port: number } => {
  const [host = '', port] = text.split(':');
  return { host, port: Number(port) };
};
const stop = new AbortController();
process.once('SIGTERM', () => stop.abort());
await runEdge(
  {
    ...given,
    logger,
    inherit: inherit === '--inherit',
    successor: ({ http, https }) => {
      const listen = { http: http.map(address), https: https.map(address) };
      const next = JSON.stringify({ ...given, ...listen });
      return { command: process.execPath, args: [program, next, '--inherit'] };
    },
  },
  { signal: stop.signal },
);
