// Vitest: one configuration for every kind of test; `build/test.ts` runs it and counts.
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  root: new URL('..', import.meta.url).pathname,
  plugins: [svelte()],
  // Importing the real package without its program would start a download.
  resolve: { alias: { electron: new URL('../test/support/fake-electron.ts', import.meta.url).pathname } },
  test: {
    include: ['test/{unit,contract,golden,crash,e2e}/**/*.test.ts'],
    // A forgotten `.only` would hide all other tests.
    allowOnly: false,
    // Only failures wait so long; a busy machine may take tens of times what an idle one does.
    testTimeout: 120_000,
    hookTimeout: 120_000,
    expect: { poll: { timeout: 30_000 } },
    // Tests start child processes and ONNX sessions; more workers than cores only makes them wait for each other.
    pool: 'forks',
    maxWorkers: 2,
  },
});
