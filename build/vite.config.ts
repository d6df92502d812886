// Vite: the page. Output loads from its own folder under a strict content security policy: no inline scripts, no data: URLs, no foreign hosts.
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';

const fromRoot = (path: string): string => fileURLToPath(new URL(`../${path}`, import.meta.url));

export default defineConfig({
  root: fromRoot('renderer'),
  base: './',
  publicDir: false,
  plugins: [svelte({ configFile: false })],
  build: {
    outDir: fromRoot('dist/renderer'),
    emptyOutDir: true,
    // Electron 45 is Chromium 150; the browsers of the web host are of that age too.
    target: ['chrome136', 'firefox138', 'safari18.4'],
    // A data: URL would need a hole in the policy for fonts and images.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    // three.js and Spark alone are above the default line of 500 kB; the page is read from the same machine.
    chunkSizeWarningLimit: 8_000,
    reportCompressedSize: false,
    rolldownOptions: { checks: { bundlerTimings: false } },
  },
  worker: { format: 'es' },
});
