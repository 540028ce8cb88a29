import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Logger } from '@davit/domain';
import { expect, test } from 'vitest';
import { reportScripts } from './find-scripts.ts';

test('scripts beside the data are reported, other files are not', async () => {
  const root = await mkdtemp(join(tmpdir(), 'davit-scripts-'));
  const lines: [string, unknown][] = [];
  const logger: Logger = {
    log: (_level, message, fields) => void lines.push([message, fields?.files]),
    with: () => logger,
  };
  await reportScripts(join(root, 'pb_data'), logger);
  expect(lines).toEqual([]);
  await mkdir(join(root, 'pb_hooks'));
  await mkdir(join(root, 'pb_migrations'));
  await writeFile(join(root, 'pb_hooks', 'main.pb.js'), '');
  await writeFile(join(root, 'pb_hooks', 'helper.js'), '');
  await writeFile(join(root, 'pb_migrations', '2_b.js'), '');
  await writeFile(join(root, 'pb_migrations', '1_a.js'), '');
  await writeFile(join(root, 'pb_migrations', 'README.md'), '');
  await reportScripts(join(root, 'pb_data'), logger);
  expect(lines).toEqual([
    ['JavaScript hooks are not run by Davit', ['main.pb.js']],
    ['JavaScript migrations are not run by Davit', ['1_a.js', '2_b.js']],
  ]);
  await rm(root, { recursive: true });
});
