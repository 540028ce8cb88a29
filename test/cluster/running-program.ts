import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { basename } from 'node:path';
import { childProcess, until } from '@davit/testkit';
import type { Child, ControlPlane } from '@davit/testkit';

interface Program {
  pid: number;
  command: string[];
}

/** The process of a control plane that runs this program. */
export function runningProgram({ directory }: ControlPlane, name: string): Program {
  for (const pid of readdirSync('/proc').filter((entry) => /^\d+$/.test(entry))) {
    try {
      if (readlinkSync(`/proc/${pid}/cwd`) !== directory) continue;
      const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').filter(Boolean);
      if (basename(command[0] ?? '') === name) return { pid: Number(pid), command };
    } catch {
      // ended meanwhile, or somebody else's
    }
  }
  throw new Error(`no ${name} runs in ${directory}`);
}

/** Kills the API server without a warning; the answer starts it again, at the same address. */
export async function crashApiServer(plane: ControlPlane): Promise<() => Promise<Child>> {
  const { pid, command } = runningProgram(plane, 'kube-apiserver');
  process.kill(pid, 'SIGKILL');
  // its port is free only when all of it is gone
  const isGone = (): boolean => {
    try {
      return !process.kill(pid, 0);
    } catch {
      return true;
    }
  };
  await until(isGone, { what: 'the end of the API server' });
  return async () => {
    const [program = '', ...args] = command;
    const child = await childProcess(program, args, { cwd: plane.directory });
    try {
      await until(() => plane.kubectl('get', '--raw', '/readyz'), { timeout: 60_000 });
    } catch (cause) {
      throw new Error(child.output().slice(-2_000), { cause });
    }
    return child;
  };
}

/** Makes etcd forget all versions but the last, as the API server does every five minutes. */
export async function compact(plane: ControlPlane): Promise<void> {
  const { command } = runningProgram(plane, 'kube-apiserver');
  const flag = '--etcd-servers=';
  const url = command.find((argument) => argument.startsWith(flag))?.slice(flag.length) ?? '';
  const post = async (path: string, body: object): Promise<{ header: { revision: string } }> => {
    const answer = await fetch(`${url}/v3/kv/${path}`, {
      method: 'POST',
      body: JSON.stringify(body),
    });
    if (!answer.ok) throw new Error(await answer.text());
    return (await answer.json()) as { header: { revision: string } };
  };
  const { header } = await post('range', { key: Buffer.from('/').toString('base64') });
  await post('compaction', { revision: header.revision, physical: true });
}
