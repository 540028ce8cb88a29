import { defineConfig } from 'rolldown';

/** Packages with a native part stay outside the bundle; everything else goes in. */
const native = ['better-sqlite3', '@node-rs/bcrypt', 'argon2'];

export default defineConfig({
  input: {
    main: 'src/main.ts',
    reader: '../../packages/sqlite/src/readers/reader.ts',
    'console-process': '../../packages/sqlite/src/console/console-process.ts',
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
