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

/** Starts to watch; the answer tells the share of the time since in which something had to wait. */
export function cpuPressure(): () => number {
  const [waited, begin] = [waitedForProcessor(), performance.now()];
  return () => (waitedForProcessor() - waited) / 1000 / (performance.now() - begin);
}

/** Microseconds since the start of the host; not a number where the kernel does not count them. */
function waitedForProcessor(): number {
  try {
    return Number(/^some .*total=(\d+)/m.exec(readFileSync('/proc/pressure/cpu', 'utf8'))?.[1]);
  } catch {
    return Number.NaN;
  }
}
