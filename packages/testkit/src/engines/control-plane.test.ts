import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { childProcess } from '../child-process.ts';
import { temporaryDirectory } from '../temporary-directory.ts';
import { has } from './available.ts';
import { controlPlane } from './control-plane.ts';

const lone = JSON.stringify(join(import.meta.dirname, 'control-plane.ts'));
const script = `const { controlPlane } = await import(${lone});
const plane = await controlPlane({ directory: process.argv[1] });
console.log('up');
await new Promise((resolve) => setTimeout(resolve, 1e6));`;

describe.runIf(has('api'))('a control plane', { timeout: 120_000 }, () => {
  test('runs beside another, and neither sees what the other has', async () => {
    await using first = await controlPlane();
    await using second = await controlPlane();
    await first.apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'mine' } });
    expect(await first.kubectl('get', 'namespaces', '-o', 'name')).toContain('namespace/mine');
    expect(await second.kubectl('get', 'namespaces', '-o', 'name')).not.toContain('mine');
  });

  test('is gone when it was disposed', async () => {
    const plane = await controlPlane();
    await plane[Symbol.asyncDispose]();
    expect(existsSync(plane.directory)).toBe(false);
    await expect(fetch(plane.url)).rejects.toThrow();
  });

  test('is gone when its owner was killed', async () => {
    await using folder = await temporaryDirectory();
    const directory = join(folder.path, 'plane');
    const args = ['--input-type=module', '-e', script, directory];
    await using owner = await childProcess(process.execPath, args, { ready: /up/ });
    expect(existsSync(directory)).toBe(true);
    owner.kill('SIGKILL');
    await expect.poll(() => existsSync(directory), { timeout: 30_000 }).toBe(false);
  });

  test('makes pods of Deployments when it has controllers', async () => {
    await using plane = await controlPlane({ controllerManager: true });
    await plane.kubectl('create', 'deployment', 'web', '--image=davit.test/web:1');
    const pods = (): Promise<string> => plane.kubectl('get', 'pods', '-o', 'name');
    await expect.poll(pods, { timeout: 60_000 }).toMatch(/^pod\/web-/);
  });
});
