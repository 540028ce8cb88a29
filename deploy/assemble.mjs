// Gathers what an image needs from a built checkout: node deploy/assemble.mjs FOLDER
import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { nodePath, root } from '../.bootstrap/toolchain.mjs';

/** Outside the server's bundle, because they have a native part; `sharp` where it is installed. */
const NATIVE = ['better-sqlite3', 'argon2', '@node-rs/bcrypt', 'sharp'];
/** For building native parts, which are built. */
const BUILD_ONLY = new Set(['node-addon-api']);
const NEEDLESS = /(?:\.md|\.d\.ts|\.d\.mts|\.map|\.[ch]pp|\.gyp|\.wasm)$/;
const PLATFORM = `${process.platform}-${process.arch}`;

/** Sources of the native part, and prebuilt ones for other machines. */
function isNeeded(path) {
  if (NEEDLESS.test(path)) return false;
  const parts = path.split(sep);
  if (parts.at(-1) === 'node_modules') return false;
  if (parts.includes('better-sqlite3') && parts.at(-1) === 'deps') return false;
  const prebuilt = parts[parts.lastIndexOf('prebuilds') + 1];
  if (!parts.includes('prebuilds') || prebuilt === undefined) return true;
  return prebuilt.startsWith(PLATFORM) && !path.includes('musl');
}

/** Brings packages and what they need side by side into `target`. */
function packageCollector(target) {
  const added = new Set();
  return function add(name, from) {
    if (added.has(name) || BUILD_ONLY.has(name)) return;
    const found = findPackage(name, from);
    if (found === undefined) return; // optional, and for another machine
    added.add(name);
    cpSync(found, join(target, name), {
      recursive: true,
      dereference: true,
      filter: (source) => isNeeded(source.slice(dirname(found).length)),
    });
    const { dependencies, optionalDependencies } = JSON.parse(
      readFileSync(join(found, 'package.json'), 'utf8'),
    );
    for (const needed of Object.keys({ ...dependencies, ...optionalDependencies })) {
      add(needed, found);
    }
  };
}

function findPackage(name, from) {
  for (let folder = from; ; folder = dirname(folder)) {
    const path = join(folder, 'node_modules', name);
    if (existsSync(path)) return realpathSync(path);
    if (folder === dirname(folder)) return undefined;
  }
}

/** A program of the image: `bin/NAME`, run by the image's own Node without a shell. */
function addProgram(folder, name) {
  const bin = join(folder, 'bin');
  mkdirSync(bin, { recursive: true });
  writeFileSync(join(bin, 'package.json'), '{"type":"module"}\n');
  writeFileSync(join(bin, name), "#!/usr/local/bin/node\nimport '../main.js';\n");
  chmodSync(join(bin, name), 0o755);
}

function addApp(out, { app, program }) {
  const folder = join(out, app);
  cpSync(join(root, 'apps', app, 'dist'), folder, {
    dereference: true,
    recursive: true,
    filter: (source) => !/\.(?:stamp|map)$/.test(source),
  });
  writeFileSync(join(folder, 'package.json'), '{"type":"module"}\n');
  addProgram(folder, program);
  return folder;
}

/** Node itself, without the names of its functions. */
function addNode(out) {
  const target = join(out, 'node');
  copyFileSync(nodePath(), target);
  chmodSync(target, 0o755);
  spawnSync('strip', [target]); // larger without, no worse
}

const out = process.argv[2];
if (out === undefined) throw new Error('usage: node deploy/assemble.mjs FOLDER');
rmSync(out, { recursive: true, force: true });
mkdirSync(join(out, 'empty'), { recursive: true });
addNode(out);
const server = addApp(out, { app: 'server', program: 'davit' });
const from = realpathSync(join(dirname(fileURLToPath(import.meta.url)), '../apps/server'));
const add = packageCollector(join(server, 'node_modules'));
for (const name of NATIVE) add(name, from);
addApp(out, { app: 'operator', program: 'davit-operator' });
copyFileSync(join(root, 'LICENSE'), join(out, 'LICENSE'));
