import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Address } from '../command-line/values.ts';

/** Where the edge of a data directory keeps its things. */
export interface EdgePlace {
  controlSocket: string;
  stateFile: string;
  pidFile: string;
  logFile: string;
}

/** Longer paths cannot be bound; the edge binds it under a longer name first. */
const LONGEST_SOCKET = 90;

export function edgePlace(dir: string): EdgePlace {
  const at = (name: string): string => join(dir, 'docker', name);
  const socket = at('edge.sock');
  const short = createHash('sha256').update(dir).digest('hex').slice(0, 16);
  return {
    controlSocket:
      socket.length <= LONGEST_SOCKET ? socket : join(tmpdir(), `davit-edge-${short}.sock`),
    stateFile: at('edge-routes.json'),
    pidFile: at('edge.pid'),
    logFile: at('edge.log'),
  };
}

/** As they were given. */
export function addressArguments({ http, https }: { http: Address; https?: Address }): string[] {
  const secure = https ? ['--edge-https', `${https.host}:${https.port}`] : [];
  return ['--edge-http', `${http.host}:${http.port}`, ...secure];
}

/** This program's first file: in the bundle beside or above this one, in the sources one folder up. */
export function programFile(): string {
  const places = ['./main.js', '../main.js', '../main.ts'];
  const found = places.map((path) => fileURLToPath(new URL(path, import.meta.url)));
  return found.find((path) => existsSync(path)) ?? process.argv[1] ?? '';
}
