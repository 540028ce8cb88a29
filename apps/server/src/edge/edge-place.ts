import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { EdgeAddresses } from '@davit/domain';
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

export const DEFAULT_EDGE: Address = { host: '0.0.0.0', port: 8080 };

const written = ({ host, port }: Address): string => `${host}:${port}`;

/** What an edge is to listen on. */
export function edgeAddresses({ http, https }: { http?: Address; https?: Address }): EdgeAddresses {
  return { http: http ? [written(http)] : [], https: https ? [written(https)] : [] };
}

/** The same, as flags. */
export function addressArguments({ http, https }: EdgeAddresses): string[] {
  const flags = http.flatMap((one) => ['--edge-http', one]);
  return [...flags, ...https.flatMap((one) => ['--edge-https', one])];
}

/** This program's first file: in the bundle beside or above this one, in the sources one folder up. */
export function programFile(): string {
  const places = ['./main.js', '../main.js', '../main.ts'];
  const found = places.map((path) => fileURLToPath(new URL(path, import.meta.url)));
  return found.find((path) => existsSync(path)) ?? process.argv[1] ?? '';
}
