import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { AppError } from '@davit/domain';
import { findOnPath, missingPrograms, programPath } from './engines/programs.ts';
import { run } from './run.ts';
import { tar, type TarEntry } from './tar.ts';

/** A container image as a docker-archive file, which goes when it is disposed. */
export interface Image extends AsyncDisposable {
  readonly name: string;
  /** the archive: for `ctr images import`, `docker load`, or `cluster.loadImage` */
  readonly path: string;
}

/** Path inside the image → content; `{ content, mode }` for a program. */
export type ImageFiles = Record<string, string | Buffer | { content: Buffer; mode: number }>;

export interface ImageOptions {
  env?: Record<string, string>;
  /** the port the image says it exposes */
  port?: number;
}

/** An image made from nothing but a static busybox, the files and a command. Always the same bytes. */
export function image(
  name: string,
  files: ImageFiles,
  options: ImageOptions & { command: readonly string[] },
): Promise<Image> {
  return scratchImage(name, { ...options, files });
}

/** An image whose only program is testkit's web server, which serves `text` on port 8080. */
export async function webImage(
  name: string,
  text: string,
  options: ImageOptions & { files?: ImageFiles } = {},
): Promise<Image> {
  if (missingPrograms(['web']).length > 0)
    throw new AppError('unsupported', 'not built yet: web (run: npm run engines -- --prepare)');
  const web = { content: readFileSync(programPath('web')), mode: 0o755 };
  const files = { ...options.files, 'bin/web': web, 'etc/text': text };
  return scratchImage(name, { port: 8080, ...options, files, command: ['/bin/web'] });
}

export async function scratchImage(
  name: string,
  options: ImageOptions & { files?: ImageFiles; command: readonly string[] },
): Promise<Image> {
  const layer = tar(await layerEntries(options.files ?? {}));
  const { config, digest } = describe(layer, options);
  const manifest = [{ Config: `${digest}.json`, RepoTags: [name], Layers: ['layer.tar'] }];
  const archive = tar([
    { path: `${digest}.json`, content: config },
    { path: 'layer.tar', content: layer },
    { path: 'manifest.json', content: Buffer.from(JSON.stringify(manifest)) },
  ]);
  const directory = await mkdtemp(join(tmpdir(), 'davit-image-'));
  const path = join(directory, 'image.tar');
  await writeFile(path, archive);
  return {
    name,
    path,
    [Symbol.asyncDispose]: () => rm(directory, { recursive: true, force: true }),
  };
}

function describe(
  layer: Buffer,
  options: ImageOptions & { command: readonly string[] },
): { config: Buffer; digest: string } {
  const variables = { PATH: '/bin', ...options.env };
  const config = Buffer.from(
    JSON.stringify({
      architecture: process.arch === 'arm64' ? 'arm64' : 'amd64',
      os: 'linux',
      config: {
        Cmd: options.command,
        Env: Object.entries(variables).map(([key, value]) => `${key}=${value}`),
        ...(options.port ? { ExposedPorts: { [`${options.port}/tcp`]: {} } } : {}),
      },
      rootfs: { type: 'layers', diff_ids: [`sha256:${sha256(layer)}`] },
    }),
  );
  return { config, digest: sha256(config) };
}

async function layerEntries(files: ImageFiles): Promise<TarEntry[]> {
  const busybox = findOnPath('busybox');
  if (!busybox) throw new AppError('unsupported', 'images need the package busybox-static');
  const applets = (await run(busybox, ['--list'])).trim().split('\n');
  const folders = new Set(['bin', 'tmp']);
  for (const path of Object.keys(files))
    for (let folder = dirname(path); folder !== '.'; folder = dirname(folder)) folders.add(folder);
  return [
    ...[...folders].sort().map((path) => ({ path, mode: path === 'tmp' ? 0o1777 : 0o755 })),
    { path: 'bin/busybox', content: readFileSync(busybox), mode: 0o755 },
    ...applets
      .filter((applet) => applet !== 'busybox' && !(`bin/${applet}` in files))
      .map((applet) => ({ path: `bin/${applet}`, link: 'busybox' })),
    ...Object.entries(files).map(([path, file]) => fileEntry(path, file)),
  ];
}

function fileEntry(path: string, file: ImageFiles[string]): TarEntry {
  if (typeof file === 'string' || Buffer.isBuffer(file))
    return { path, content: Buffer.from(file) };
  return { path, ...file };
}

function sha256(content: Buffer): string {
  return createHash('sha256').update(content).digest('hex');
}
