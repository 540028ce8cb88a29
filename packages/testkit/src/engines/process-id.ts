import { readFileSync } from 'node:fs';

/** A process by number and start time: the number alone may belong to a stranger later. */
export interface ProcessId {
  readonly pid: number;
  readonly started: string;
}

export function processId(pid: number = process.pid): ProcessId {
  return { pid, started: startTime(pid) };
}

export function isAlive({ pid, started }: ProcessId): boolean {
  const now = startTime(pid);
  return now !== '' && now === started;
}

/** Field 22 of /proc/PID/stat; empty for a process that is gone or a zombie. */
function startTime(pid: number): string {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return fields[0] === 'Z' ? '' : (fields[19] ?? '');
  } catch {
    return '';
  }
}
