import { expect, test } from 'vitest';
import { childProcess } from './child-process.ts';
import { isAlive, processId } from './engines/process-id.ts';

const node = (script: string): [string, string[]] => [process.execPath, ['-e', script]];

test('waits for the line that says it is ready', async () => {
  const [command, args] = node('console.log("port=" + process.env.P); setInterval(() => {}, 1e3)');
  await using child = await childProcess(command, args, { env: { P: '42' }, ready: /port=(\d+)/ });
  expect(child.match?.[1]).toBe('42');
  child.kill('SIGKILL');
  expect(await child.ended).toBe('SIGKILL');
});

test('fails with what the program printed when it ends too early', async () => {
  const [command, args] = node('console.error("no such flag"); process.exit(2)');
  await expect(childProcess(command, args, { ready: /never/ })).rejects.toThrow(/no such flag/);
});

test('ends the whole group when it is disposed', async () => {
  const script =
    'const c = require("child_process").spawn("sleep", ["1000"]); console.log("pid=" + c.pid); setInterval(() => {}, 1e3)';
  const [command, args] = node(script);
  const child = await childProcess(command, args, { ready: /pid=(\d+)/ });
  const grandchild = processId(Number(child.match?.[1]));
  expect(isAlive(grandchild)).toBe(true);
  await child[Symbol.asyncDispose]();
  await expect.poll(() => isAlive(grandchild)).toBe(false);
});
