import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { missingPackages } from './engines/debian.ts';
import { image } from './image.ts';
import { run } from './run.ts';
import { temporaryDirectory } from './temporary-directory.ts';

const files = {
  'srv/deep/page.html': 'hello',
  'bin/tool': { content: Buffer.from('#!/bin/sh\n'), mode: 0o755 },
};
const make = () => image('davit.test/x:1', files, { command: ['sh'], env: { A: 'b' }, port: 80 });

describe.runIf(missingPackages(['busybox-static']).length === 0)('an image', () => {
  test('is an archive whose layer unpacks to the files', async () => {
    await using made = await make();
    await using folder = await temporaryDirectory();
    await run('tar', ['-xf', made.path, '-C', folder.path]);
    await run('tar', ['-xf', 'layer.tar'], { cwd: folder.path });
    expect(await readFile(join(folder.path, 'srv/deep/page.html'), 'utf8')).toBe('hello');
    const [manifest] = JSON.parse(await readFile(join(folder.path, 'manifest.json'), 'utf8')) as [
      { Config: string; RepoTags: string[] },
    ];
    expect(manifest.RepoTags).toEqual(['davit.test/x:1']);
    const config = JSON.parse(await readFile(join(folder.path, manifest.Config), 'utf8')) as object;
    expect(config).toMatchObject({
      config: { Cmd: ['sh'], Env: ['PATH=/bin', 'A=b'], ExposedPorts: { '80/tcp': {} } },
    });
    expect(await run(join(folder.path, 'bin/echo'), ['works'])).toBe('works\n');
  });

  test('has the same bytes every time', async () => {
    await using first = await make();
    await using second = await make();
    expect((await readFile(first.path)).equals(await readFile(second.path))).toBe(true);
  });
});
