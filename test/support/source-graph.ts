// The import graph of our own sources, read with the TypeScript scanner: files, what each imports, and whether only for types.

import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import ts from 'typescript';
import { inRepository, repository } from '../../build/sources.ts';

export interface Import {
  /** As written. */
  specifier: string;
  /** Path in the repository when the import is relative, else null. */
  file: string | null;
  /** Gone when the program runs. */
  typeOnly: boolean;
}

export interface SourceFile {
  /** Path in the repository, `/` separates. */
  path: string;
  text: string;
  imports: Import[];
  /** The code: for a component its scripts, with all else left out. */
  syntax: ts.SourceFile;
}

const folders = ['electron', 'renderer', 'models', 'projects', 'build', 'test'];
/** Kept as they came or generated: not sources. */
const notSources = ['test/fixtures', 'test/artefacts', 'models/train'];

/** Every TypeScript and Svelte file of the repository. */
export function readSources(): Map<string, SourceFile> {
  const files = folders.flatMap((folder) =>
    readdirSync(inRepository(folder), { recursive: true, encoding: 'utf8' })
      .map((name) => `${folder}/${name.replaceAll('\\', '/')}`)
      .filter((path) => /\.(ts|svelte)$/.test(path) && !notSources.some((other) => path.startsWith(`${other}/`))),
  );
  return new Map(
    files.map((path) => {
      const text = readFileSync(inRepository(path), 'utf8');
      const script = path.endsWith('.svelte') ? scriptsOf(text) : text;
      const syntax = ts.createSourceFile(path, script, ts.ScriptTarget.Latest);
      return [path, { path, text, syntax, imports: importsOf(path, syntax) }];
    }),
  );
}

/** Calls `visit` for every node of the code. */
export function walk(node: ts.Node, visit: (node: ts.Node) => void): void {
  visit(node);
  ts.forEachChild(node, (child) => walk(child, visit));
}

function importsOf(path: string, syntax: ts.SourceFile): Import[] {
  const found: Import[] = [];
  const add = (specifier: string, typeOnly: boolean): void => {
    found.push({ specifier, file: resolve(path, specifier), typeOnly });
  };
  walk(syntax, (node) => {
    if (ts.isImportDeclaration(node) && ts.isStringLiteral(node.moduleSpecifier)) {
      add(node.moduleSpecifier.text, node.importClause?.phaseModifier === ts.SyntaxKind.TypeKeyword);
    } else if (ts.isExportDeclaration(node) && node.moduleSpecifier && ts.isStringLiteral(node.moduleSpecifier)) {
      add(node.moduleSpecifier.text, node.isTypeOnly);
    } else if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) {
      const { literal } = node.argument;
      if (ts.isStringLiteral(literal)) add(literal.text, true);
    } else if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword) {
      const [argument] = node.arguments;
      if (argument && ts.isStringLiteral(argument)) add(argument.text, false);
    } else if (isUrlOfModule(node)) {
      // `new URL('./worker.ts', import.meta.url)`: how workers are named.
      add((node.arguments![0] as ts.StringLiteral).text, false);
    }
  });
  return found;
}

function isUrlOfModule(node: ts.Node): node is ts.NewExpression {
  if (!ts.isNewExpression(node) || !ts.isIdentifier(node.expression) || node.expression.text !== 'URL') return false;
  const [first, second] = node.arguments ?? [];
  return Boolean(first && ts.isStringLiteral(first) && first.text.endsWith('.ts') && second);
}

/** Script blocks of a component; everything else becomes blank. */
function scriptsOf(text: string): string {
  return [...text.matchAll(/<script[^>]*>([\s\S]*?)<\/script>/g)].map(([, code]) => code).join('\n');
}

function resolve(from: string, specifier: string): string | null {
  if (!specifier.startsWith('.')) return null;
  const [path = ''] = specifier.split('?');
  return relative(repository, join(repository, dirname(from), path)).replaceAll('\\', '/');
}

/** Files and packages that run when `entry` runs, with the path of imports that leads to each. */
export function reachable(sources: ReadonlyMap<string, SourceFile>, entry: string): Map<string, string[]> {
  const reached = new Map<string, string[]>([[entry, [entry]]]);
  const queue = [entry];
  for (let path = queue.shift(); path !== undefined; path = queue.shift()) {
    for (const { specifier, file, typeOnly } of sources.get(path)?.imports ?? []) {
      const target = file ?? specifier;
      if (typeOnly || reached.has(target)) continue;
      reached.set(target, [...reached.get(path)!, target]);
      if (file) queue.push(file);
    }
  }
  return reached;
}

/** Import cycles among files that run, each as the list of its files; empty when there are none. */
export function cycles(sources: ReadonlyMap<string, SourceFile>): string[][] {
  const found: string[][] = [];
  const state = new Map<string, 'open' | 'done'>();
  const trail: string[] = [];
  const visit = (path: string): void => {
    state.set(path, 'open');
    trail.push(path);
    for (const { file, typeOnly } of sources.get(path)?.imports ?? []) {
      if (!file || typeOnly) continue;
      if (state.get(file) === 'open') found.push([...trail.slice(trail.indexOf(file)), file]);
      else if (!state.has(file)) visit(file);
    }
    trail.pop();
    state.set(path, 'done');
  };
  for (const path of sources.keys()) if (!state.has(path)) visit(path);
  return found;
}
