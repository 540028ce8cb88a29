import { readFileSync } from 'node:fs';

/** What a process has used: resident memory in MB, processor time in seconds. */
export function processFigures(pid: number): { memory: number; processor: number } {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const kilobytes = Number(/^VmRSS:\s+(\d+)/m.exec(status)?.[1]);
  // user and system time, in hundredths of a second on Linux
  return { memory: kilobytes / 1024, processor: (Number(fields[11]) + Number(fields[12])) / 100 };
}
