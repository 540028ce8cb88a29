import { AppError } from '@davit/domain';
import type { HealthConfig } from './config.ts';

const PATIENCE_MS = 5_000;

/** `davit health`: asks the server on this machine. Answers what to print. Errors: `unavailable`. */
export async function runHealth({ http: { host, port } }: HealthConfig): Promise<string> {
  const name = host === '0.0.0.0' || host === '::' ? 'localhost' : host;
  const url = `http://${name.includes(':') ? `[${name}]` : name}:${port}/api/health`;
  const signal = AbortSignal.timeout(PATIENCE_MS);
  const response = await fetch(url, { signal, redirect: 'manual' }).catch((cause: unknown) => {
    throw new AppError('unavailable', `Nothing answers at ${url}.`, { cause });
  });
  // with domains everything over plain HTTP is sent to HTTPS: it lives
  if (response.ok || response.status === 308 || response.status === 301) return 'healthy';
  throw new AppError('unavailable', `${url} answers ${response.status}.`);
}
