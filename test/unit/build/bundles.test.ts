// Bundles hold what is started by name: threads are no imports, so no bundler would miss them.

import { basename, dirname } from 'node:path';
import { expect, test } from 'vitest';
import { targets } from '../../../build/build.ts';
import { reachable, readSources } from '../../support/source-graph.ts';

const sources = readSources();
const engine = reachable(sources, 'electron/engine/main.ts');
const entries = Object.keys(targets.engine.config.build?.rolldownOptions?.input ?? {});

test('every thread of the engine is an entry of its bundle, under the name that starts it', () => {
  const threads = [...sources.keys()].filter(
    (path) => path.endsWith('-worker.ts') && /^(electron|models|projects)\//.test(path),
  );
  const starters = threads.filter((thread) =>
    [...engine.keys()].some((path) => sources.get(path)?.text.includes(`./${basename(thread, '.ts')}.`)),
  );
  expect(starters.length).toBeGreaterThan(0);
  expect(starters.map((path) => basename(path, '.ts')).filter((name) => !entries.includes(name))).toEqual([]);
});

test('every data file that the engine reads from beside a source lies beside its bundle', () => {
  const read = [...engine.keys()].flatMap((path) =>
    [...(sources.get(path)?.text ?? '').matchAll(/new URL\('([^'/]+)', import\.meta\.url\)/g)].map(
      ([, name]) => `${dirname(path)}/${name}`,
    ),
  );
  expect(read.length).toBeGreaterThan(0);
  expect(targets.engine.data).toEqual(read);
});

test('the program and its package agree on where the shell is', () => {
  expect(targets.main.output).toBe('dist/main/main.mjs');
  expect(targets.preload.output).toBe('dist/preload/preload.cjs');
  expect(targets.engine.output).toBe('dist/engine/main.mjs');
});
