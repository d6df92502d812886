// Opens the graphs of a pack and holds them against its manifest.

import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { StudioFailure } from '../../projects/format/result.ts';
import type { GraphManifest } from './manifest.ts';
import type { InstalledPack } from './packs.ts';
import { openSession, type Session, type SessionOptions, type SessionTensor } from './session.ts';

/** @throws StudioFailure 'model-damaged' when a graph is not the one the manifest describes or cannot be loaded */
export async function openGraph(pack: InstalledPack, name: string, options: SessionOptions = {}): Promise<Session> {
  const { id, graphs } = pack.manifest;
  const damaged = (reason: string): StudioFailure => new StudioFailure('model-damaged', { id, reason });
  const graph = graphs[name];
  if (!graph) throw damaged(`it has no ${name} graph.`);
  const path = join(pack.folder, graph.file);
  const sha256 = createHash('sha256')
    .update(await readFile(path))
    .digest('hex');
  if (sha256 !== graph.sha256) throw damaged(`${graph.file} is not the file that was installed.`);
  let session: Session;
  try {
    session = await openSession(path, options);
  } catch (thrown) {
    throw damaged(`${graph.file} cannot be loaded (${(thrown as Error).message.split('\n')[0].slice(0, 200)})`);
  }
  const difference = differenceOf(graph, session);
  if (difference === null) return session;
  await session.dispose();
  throw damaged(`${graph.file} ${difference}.`);
}

function differenceOf(graph: GraphManifest, session: Session): string | null {
  for (const side of ['inputs', 'outputs'] as const) {
    const actual = new Map(session[side].map((tensor) => [tensor.name, tensor]));
    for (const wanted of graph[side]) {
      const found = actual.get(wanted.name);
      if (!found) return `lacks ${wanted.name} among its ${side}`;
      if (found.type !== wanted.type) return `has ${wanted.name} as ${found.type} instead of ${wanted.type}`;
      if (!sameShape(wanted.dims, found)) return `has another shape for ${wanted.name}`;
      actual.delete(wanted.name);
    }
    for (const name of actual.keys()) return `has ${name} among its ${side}, which its manifest does not name`;
  }
  return null;
}

/** Fixed dimensions must agree; a free one may have any name. */
function sameShape(dims: readonly (number | string)[], { shape }: SessionTensor): boolean {
  return dims.length === shape.length && dims.every((dim, idx) => typeof dim === 'string' || dim === shape[idx]);
}
