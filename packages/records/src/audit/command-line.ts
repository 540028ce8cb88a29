import { userInfo } from 'node:os';
import type { Requester } from './audit.ts';

/** Who changes a directory from a terminal, a script or the environment of the first start. */
export function commandLine(): Requester {
  return { ip: '', command: userName() };
}

function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return `uid ${process.getuid?.() ?? '?'}`; // containers run as users that the machine has no name for
  }
}
