// Who may import whom, walked on the real graph; and what every source file must look like.

import { existsSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import ts from 'typescript';
import { describe, expect, test } from 'vitest';
import { inRepository } from '../../build/sources.ts';
import { cycles, reachable, readSources, walk, type SourceFile } from '../support/source-graph.ts';

const sources = readSources();
const files = [...sources.values()];

interface Layer {
  /** Folder (ending in `/`) or file. The longest that fits a file is its layer. */
  of: string;
  /** Own files and folders it may import, besides its own folder. */
  own: string[];
  /** Packages it may import; `node` stands for Node's own modules. */
  packages: string[];
}

const svelteUi = ['svelte', 'bits-ui', '@lucide/svelte', '@tanstack/svelte-virtual', '@internationalized/date'];

const uiOwn = ['renderer/state/', 'renderer/actions/', 'renderer/tools/', 'electron/contract/', 'projects/format/'];

/** Architecture, section 6. Tests and build scripts may import everything and are not listed. */
const layers: Layer[] = [
  { of: 'projects/format/', own: [], packages: [] },
  { of: 'projects/store/', own: ['projects/format/'], packages: ['node', 'better-sqlite3'] },
  {
    of: 'projects/import/',
    own: ['projects/format/'],
    packages: ['node', 'sharp', 'exifr', 'libheif-js', 'mediabunny', 'chokidar', 'valibot'],
  },
  { of: 'projects/export/', own: ['projects/format/'], packages: ['node', 'sharp'] },
  { of: 'projects/sample/', own: ['projects/format/'], packages: ['node', 'sharp'] },
  { of: 'models/', own: ['projects/format/', 'models/'], packages: ['node', 'onnxruntime-node', 'valibot'] },
  { of: 'electron/contract/', own: ['projects/format/'], packages: ['valibot'] },
  {
    of: 'electron/engine/',
    own: ['electron/contract/', 'models/', 'projects/format/', 'projects/import/'],
    packages: ['node', 'sharp'],
  },
  {
    of: 'electron/studio/',
    own: [
      'electron/contract/',
      'projects/store/',
      'projects/import/',
      'projects/export/',
      'projects/sample/',
      'projects/format/',
      'models/evaluate/',
      'models/run/kinds.ts',
      'models/run/manifest.ts',
      'models/run/packs.ts',
      'models/zoo/',
    ],
    packages: ['node', 'valibot', 'chokidar'],
  },
  {
    of: 'electron/main/',
    own: ['electron/studio/', 'electron/contract/', 'projects/format/'],
    packages: ['node', 'electron'],
  },
  { of: 'electron/preload/', own: ['electron/contract/', 'projects/format/'], packages: ['electron'] },
  {
    of: 'electron/web/',
    own: ['electron/studio/', 'electron/contract/', 'projects/format/'],
    packages: ['node', 'ws', 'yazl'],
  },
  {
    of: 'electron/cli/',
    own: ['electron/studio/', 'electron/contract/', 'electron/web/', 'projects/format/', 'models/evaluate/'],
    packages: ['node', 'valibot'],
  },
  { of: 'renderer/state/', own: ['electron/contract/', 'projects/format/'], packages: ['svelte'] },
  {
    of: 'renderer/scene/',
    own: ['projects/format/'],
    packages: ['three', '@sparkjsdev/spark', 'camera-controls', 'mediabunny', 'modern-gif'],
  },
  { of: 'renderer/share/', own: ['renderer/scene/', 'projects/format/'], packages: ['three', '@sparkjsdev/spark'] },
  { of: 'renderer/tools/', own: ['renderer/state/', 'projects/format/', 'electron/contract/'], packages: ['svelte'] },
  {
    of: 'renderer/actions/',
    own: ['renderer/state/', 'electron/contract/', 'projects/format/'],
    packages: ['svelte', 'mediabunny'],
  },
  { of: 'renderer/ui/', own: uiOwn, packages: svelteUi },
  // The one place where state and scene meet.
  { of: 'renderer/ui/viewport/', own: [...uiOwn, 'renderer/ui/', 'renderer/scene/'], packages: svelteUi },
  {
    of: 'renderer/',
    own: ['renderer/', 'electron/web/browser-client.ts', 'electron/contract/'],
    packages: ['svelte', '@fontsource-variable/inter'],
  },
];
function layerOf(path: string): Layer | null {
  const fitting = layers.filter(({ of }) => path.startsWith(of));
  return fitting.toSorted((a, b) => b.of.length - a.of.length)[0] ?? null;
}

function packageOf(specifier: string): string {
  if (specifier.startsWith('node:')) return 'node';
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');
}

function forbiddenImports(file: SourceFile, layer: Layer): string[] {
  return file.imports
    .filter(({ specifier, file: target }) => {
      if (target === null) return !layer.packages.includes(packageOf(specifier));
      return ![layer.of, ...layer.own].some((allowed) => target.startsWith(allowed));
    })
    .map(({ specifier }) => specifier);
}

describe('import rules', () => {
  test('every source file belongs to a layer', () => {
    const strays = files.filter(({ path }) => !/^(test|build)\//.test(path) && !layerOf(path));
    expect(strays.map(({ path }) => path)).toEqual([]);
  });

  test.each(layers.map((layer) => [layer.of, layer] as const))('%s imports only what it may', (_of, layer) => {
    const broken = files
      .filter(({ path }) => layerOf(path) === layer)
      .flatMap((file) => forbiddenImports(file, layer).map((specifier) => `${file.path} imports ${specifier}`));
    expect(broken).toEqual([]);
  });

  test('every relative import names a file that exists, with its ending', () => {
    const broken = files.flatMap(({ path, imports }) =>
      imports
        .filter(({ file }) => file !== null && !existsSync(inRepository(file)))
        .map((to) => `${path}: ${to.specifier}`),
    );
    expect(broken).toEqual([]);
  });

  test('there are no cycles', () => {
    expect(cycles(sources)).toEqual([]);
  });

  test('the graph is walked for real: it is large, and a known path is found', () => {
    expect(files.length).toBeGreaterThan(80);
    expect(reachable(sources, 'electron/main/main.ts').get('valibot')).toBeDefined();
  });

  test('hosts never load the networks or, outside of main and preload, Electron', () => {
    for (const entry of ['electron/main/main.ts', 'electron/web/serve.ts', 'electron/cli/main.ts']) {
      const reached = reachable(sources, entry);
      expect(reached.get('onnxruntime-node') ?? null).toBeNull();
      if (entry !== 'electron/main/main.ts') expect(reached.get('electron') ?? null).toBeNull();
    }
    expect(reachable(sources, 'electron/engine/main.ts').get('better-sqlite3') ?? null).toBeNull();
  });

  test('the page loads nothing of the host', () => {
    const reached = [...reachable(sources, 'renderer/main.ts').keys()];
    expect(reached.length).toBeGreaterThan(20);
    const hostOnly =
      /^(node:|better-sqlite3|sharp|ws$|onnxruntime-node|electron$|electron\/(studio|main|preload|engine|cli)\/)/;
    expect(reached.filter((target) => hostOnly.test(target))).toEqual([]);
  });
});

describe('source files', () => {
  const own = files.filter(({ path }) => !path.startsWith('test/'));

  test('no file is a barrel: one that only passes on what others export', () => {
    const barrels = own.filter(({ text }) => {
      const statements = text
        .replaceAll(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, '')
        .split(';')
        .filter((statement) => statement.trim() !== '');
      return statements.length > 0 && statements.every((statement) => /^\s*export\s[^=]*\sfrom\s/.test(statement));
    });
    expect(barrels.map(({ path }) => path)).toEqual([]);
  });

  test('no file is longer than 300 lines', () => {
    const long = files.filter(({ text }) => text.trimEnd().split('\n').length > 300);
    expect(long.map(({ path }) => path)).toEqual([]);
  });

  test('the first line of every file says its purpose', () => {
    const silent = files.filter(({ path, text }) =>
      path.endsWith('.svelte') ? !/^<!--\s*\S.{8,}/.test(text) : !/^\/\/ \S.{8,}/.test(text),
    );
    expect(silent.map(({ path }) => path)).toEqual([]);
  });

  test('no file gives up types or evaluates text', () => {
    const found = files.flatMap(({ path, syntax }) => {
      const bad: string[] = [];
      walk(syntax, (node) => {
        const evaluates =
          (ts.isCallExpression(node) && node.expression.getText(syntax) === 'eval') ||
          (ts.isNewExpression(node) && node.expression.getText(syntax) === 'Function');
        if (evaluates || node.kind === ts.SyntaxKind.AnyKeyword) {
          bad.push(`${path}:${syntax.getLineAndCharacterOfPosition(node.getStart(syntax)).line + 1}`);
        }
      });
      return bad;
    });
    expect(found).toEqual([]);
  });

  test('no file silences a check, skips a test or puts work off', () => {
    // Put together from pieces, so that this file does not find itself.
    const banned = [
      ['@ts-', '(ignore|expect-error|nocheck)'],
      ['(eslint|oxlint)-', 'disable'],
      ['\\b(TO', 'DO|FIX', 'ME)\\b'],
      ['\\b(test|describe|it)\\.', '(skip|only|todo)', '\\b'],
    ].map((pieces) => new RegExp(pieces.join('')));
    const found = files.flatMap(({ path, text }) =>
      text
        .split('\n')
        .flatMap((line, lineIdx) => (banned.some((pattern) => pattern.test(line)) ? [`${path}:${lineIdx + 1}`] : [])),
    );
    expect(found).toEqual([]);
  });

  test('no file names a folder of the machine it was written on', () => {
    const found = files.filter(({ text }) => new RegExp('/work/' + '(shared|main)').test(text));
    expect(found.map(({ path }) => path)).toEqual([]);
  });

  test('every folder of sources has a README of at most a page', () => {
    const folders = new Set(
      own.map(({ path }) =>
        path
          .split('/')
          .slice(0, path.startsWith('build/') ? 1 : 2)
          .join('/'),
      ),
    );
    for (const folder of folders) if (folder.includes('.')) folders.delete(folder);
    const bad = [...folders].filter((folder) => {
      const readme = inRepository(folder, 'README.md');
      return !existsSync(readme) || readFileSync(readme, 'utf8').split('\n').length > 80;
    });
    expect(bad).toEqual([]);
    expect(folders.size).toBeGreaterThan(12);
    expect(dirname('electron/web/host.ts')).toSatisfy((folder: string) => folders.has(folder));
  });
});
