import { defineConfig } from 'rolldown';

/** Packages with a native part stay outside the bundle; everything else goes in. */
const native = ['better-sqlite3', '@node-rs/bcrypt', 'argon2', 'sharp'];

/** What dockerode loads for things Davit does not do (SSH, BuildKit): native parts and megabytes for nothing. */
const unused = ['ssh2', '@grpc/grpc-js', '@grpc/proto-loader'];
const EMPTY = '\0unused';

export default defineConfig({
  plugins: [
    {
      name: 'leave-out-unused',
      resolveId: (id) => (unused.includes(id) ? EMPTY : null),
      load: (id) => (id === EMPTY ? 'export default {};' : null),
    },
  ],
  input: {
    main: 'src/main.ts',
    reader: '../../packages/sqlite/src/readers/reader.ts',
    'console-process': '../../packages/sqlite/src/console/console-process.ts',
    'pack-process': '../../packages/files/src/backups/pack-process.ts',
    'snapshot-process': '../../packages/sqlite/src/snapshots/snapshot-process.ts',
  },
  cwd: import.meta.dirname,
  platform: 'node',
  external: native,
  output: {
    dir: 'dist',
    format: 'esm',
    entryFileNames: '[name].js',
    chunkFileNames: 'chunks/[name].js',
    // Not minified, so traces are readable as they are; maps would cost 16 MB of memory.
    sourcemap: false,
  },
});
