import adapter from '@sveltejs/adapter-static';
import { sveltekit } from '@sveltejs/kit/vite';
import tailwindcss from '@tailwindcss/vite';
import { defineConfig } from 'vite';

const output = '../server/dist/ui';
const backend = process.env['DAVIT_URL'] ?? 'http://127.0.0.1:8090';

export default defineConfig({
  plugins: [
    tailwindcss(),
    sveltekit({
      adapter: adapter({
        pages: output,
        assets: output,
        fallback: 'index.html',
        precompress: true,
      }),
      paths: { base: '/_', relative: false },
    }),
  ],
  server: { proxy: { '/api': { target: backend, changeOrigin: true } } },
});
