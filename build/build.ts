// `npm run build`: bundles the page, and for Electron, which cannot run TypeScript, the shell, the preload script and the engine.

import { copyFileSync, existsSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { basename, dirname, join } from 'node:path';
import { build, type InlineConfig } from 'vite';
import { inRepository, isStale } from './sources.ts';

const hostInputs = ['electron', 'models', 'projects', 'build/build.ts', 'package-lock.json'];
const pageTarget = ['chrome136', 'firefox138', 'safari18.4'];
const libraries = [/^[^./]/, /^node:/];
// A preload script in the sandbox can load Electron and nothing else, so its libraries go into the bundle.
const onlyElectron = ['electron', ...builtinModules, /^node:/];

interface Target {
  output: string;
  inputs: readonly string[];
  /** Data files that a source reads from beside itself: they must lie beside its bundle as well. */
  data?: readonly string[];
  config: InlineConfig;
}

interface HostBundle {
  format: 'es' | 'cjs';
  /** Name of the output → source. */
  entries: Readonly<Record<string, string>>;
  external: (string | RegExp)[];
  data?: readonly string[];
}

function hostTarget(name: string, { format, entries, external, data }: HostBundle): Target {
  const extension = format === 'es' ? 'mjs' : 'cjs';
  const input = Object.fromEntries(Object.entries(entries).map(([entry, source]) => [entry, inRepository(source)]));
  return {
    output: `dist/${name}/${Object.keys(entries)[0]}.${extension}`,
    inputs: hostInputs,
    data,
    config: {
      configFile: false,
      root: inRepository(),
      publicDir: false,
      ssr: { noExternal: true, target: 'node' },
      build: {
        ssr: true,
        outDir: inRepository('dist', name),
        emptyOutDir: true,
        target: 'node24',
        minify: false,
        sourcemap: true,
        reportCompressedSize: false,
        rolldownOptions: {
          input,
          external,
          checks: { bundlerTimings: false },
          // All in one folder: code that finds files by `import.meta.url` must lie as deep as its source.
          output: {
            format,
            entryFileNames: `[name].${extension}`,
            chunkFileNames: `[name]-[hash].${extension}`,
            // npm makes a command of it only with this line.
            banner: ({ name: entry }) => (entry === 'permanence' ? '#!/usr/bin/env node' : ''),
            // A sandboxed preload script cannot load a second file.
            ...(format === 'cjs' ? { codeSplitting: false } : {}),
          },
        },
      },
    },
  };
}

export const targets = {
  renderer: {
    output: 'dist/renderer/index.html',
    inputs: [
      'renderer',
      'electron/contract',
      'electron/web',
      'projects/format',
      'build/vite.config.ts',
      'package-lock.json',
    ],
    config: { configFile: inRepository('build', 'vite.config.ts') },
  },
  // One module without anything beside it: it is written into pages that stand alone.
  share: {
    output: 'dist/share/viewer.js',
    inputs: ['renderer/share', 'renderer/scene', 'projects/format', 'build/build.ts', 'package-lock.json'],
    config: {
      configFile: false,
      root: inRepository('renderer', 'share'),
      publicDir: false,
      build: {
        outDir: inRepository('dist', 'share'),
        emptyOutDir: true,
        target: pageTarget,
        reportCompressedSize: false,
        chunkSizeWarningLimit: 8_000,
        modulePreload: { polyfill: false },
        rolldownOptions: {
          input: inRepository('renderer', 'share', 'main.ts'),
          checks: { bundlerTimings: false },
          output: { entryFileNames: 'viewer.js', codeSplitting: false },
        },
      },
    },
  },
  main: hostTarget('main', { format: 'es', entries: { main: 'electron/main/main.ts' }, external: libraries }),
  preload: hostTarget('preload', {
    format: 'cjs',
    entries: { preload: 'electron/preload/preload.ts' },
    external: onlyElectron,
  }),
  engine: hostTarget('engine', {
    format: 'es',
    entries: {
      main: 'electron/engine/main.ts',
      // Started as a thread by the file's name.
      'geometry-worker': 'models/geometry/workers/geometry-worker.ts',
      'kernel-worker': 'models/geometry/splat-optimisation/kernel-worker.ts',
    },
    external: libraries,
    data: ['models/language/clip/merges.txt.gz'],
  }),
  // `permanence`, as npm installs it. The desktop program does not hold it.
  cli: hostTarget('cli', { format: 'es', entries: { permanence: 'electron/cli/main.ts' }, external: libraries }),
} as const satisfies Record<string, Target>;

export type TargetName = keyof typeof targets;

/** Builds what is missing or older than its sources; returns what was built. */
export async function buildStale(names: readonly TargetName[], always = false): Promise<TargetName[]> {
  const stale = names.filter((name) => always || isStale(targets[name].output, targets[name].inputs));
  for (const name of stale) {
    const { output, config, data = [] }: Target = targets[name];
    await build({ ...config, logLevel: 'warn' });
    if (!existsSync(inRepository(output))) throw new Error(`${output} was not written`);
    for (const file of data) copyFileSync(inRepository(file), join(inRepository(dirname(output)), basename(file)));
  }
  return stale;
}

if (import.meta.main) {
  const asked = process.argv.slice(2);
  const names = Object.keys(targets) as TargetName[];
  const unknown = asked.find((name) => !names.some((known) => known === name));
  if (unknown) {
    console.error(`There is no bundle called ${unknown}; there are ${names.join(', ')}.`);
    process.exitCode = 1;
  } else {
    const built = await buildStale(asked.length > 0 ? (asked as TargetName[]) : names, true);
    for (const name of built) console.log(`built ${targets[name].output}`);
  }
}
